/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All ways into the kernel and the two ways out (besides fastpath.S and faultpath.S).
 *
 * Every entry leaves a struct frame (tcb.h) at the top of the thread's kernel
 * stack.  Segment registers are saved and looked at, so that nothing a user puts
 * into them ever reaches kernel code.
 */
#include "asm-offsets.h"
#include "layout.h"
#include "config.h"
#include "find-thread.h"

        .section .note.GNU-stack, "", @progbits
        .text

/*
 * Finish a frame whose hardware part and vector are pushed; ESP is the frame.  DS and ES are
 * flat after CHECK_SEGMENTS: a user with the segments of a new thread has flat ones, unless its
 * thread is bounded (bounds.c), and the kernel goes on with those.
 */
.macro PUSH_REGISTERS
        pushal
        pushw %ds
        pushw %es
        pushw %fs
        pushw %gs
.endm

.macro CHECK_SEGMENTS
        cmpl $FLAT_GS_FS, FRAME_GS(%esp)
        jne 8f
        cmpl $FLAT_ES_DS, FRAME_ES(%esp)
        jne 8f
#if X_BOUNDS
        testl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        jnz 8f
#endif
9:      cld
        .subsection 1
8:      movb $1, %ss:odd_segments
        movl $SEL_KDATA, %ecx
        movl %ecx, %ds
        movl %ecx, %es
        jmp 9b
        .previous
.endm

.macro SAVE_REGISTERS
        PUSH_REGISTERS
        CHECK_SEGMENTS
.endm

/* The reverse, but for the segment registers and the IRET itself. */
.macro RESTORE_REGISTERS
        addl $FRAME_EDI, %esp
        popal
        addl $8, %esp
.endm

/* Those of the frame. */
.macro LOAD_SEGMENTS
        movw FRAME_GS(%esp), %gs
        movw FRAME_FS(%esp), %fs
        movw FRAME_ES(%esp), %es
        movw FRAME_DS(%esp), %ds
.endm

/*
 * Call a C function with the finished frame, and return: to user code by the
 * one way out, or to the kernel code that was interrupted.  That does not mind which flat
 * segments it has, but for the first instruction of an entry, single-stepped or with a breakpoint
 * of the user's last one: it still has the user's.  FS and GS are left alone, and need not be those
 * of the thread's table any more.
 */
.macro SERVE function
        pushl %esp
        call \function
        addl $4, %esp
        testl $3, FRAME_CS(%esp)
        jnz exit_to_user
        cmpl $VEC_DB_, FRAME_VECTOR(%esp)
        jne 1f
        movw FRAME_ES(%esp), %es
        movw FRAME_DS(%esp), %ds
1:      RESTORE_REGISTERS
        iret
.endm

/* --- exceptions ---------------------------------------------------------- */

.macro EXCEPTION n, has_error=0
exception_\n:
        .if \has_error == 0
        pushl $0
        .endif
        pushl $\n
        jmp exception_common
.endm

        EXCEPTION 0
        EXCEPTION 1
        EXCEPTION 2
        EXCEPTION 3
        EXCEPTION 4
        EXCEPTION 5
        EXCEPTION 6
        EXCEPTION 7
        EXCEPTION 8, 1
        EXCEPTION 9
        EXCEPTION 10, 1
        EXCEPTION 11, 1
        EXCEPTION 12, 1
        EXCEPTION 15
        EXCEPTION 16
        EXCEPTION 17, 1
        EXCEPTION 18
        EXCEPTION 19
        .irp n, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        EXCEPTION \n
        .endr

/*
 * The vector and error code arrive in the order vector, error; the frame has
 * the same.
 */
exception_common:                       /* in the kernel: guarded copies, single steps */
        PUSH_REGISTERS
        .globl exception_long
exception_long:
        CHECK_SEGMENTS
        SERVE trap

/*
 * General protection and page faults.  With an error code the first can only become a message,
 * a user's page fault mostly does: they try the short way (faultpath.S), unless there is no
 * SYSEXIT (gdt.c).
 */
exception_13:
        pushl $13
        PUSH_REGISTERS
        testl $3, FRAME_CS(%esp)
        jz exception_long
        cmpl $0, FRAME_ERROR(%esp)
        jne exception_message
        jmp exception_long

exception_14:
        pushl $14
        PUSH_REGISTERS
        testl $3, FRAME_CS(%esp)
        jnz fault_message
        jmp exception_long

        .globl exception_13_long, exception_14_long
exception_13_long:
        pushl $13
        jmp exception_common
exception_14_long:
        pushl $14
        jmp exception_common

/* --- hardware interrupts --------------------------------------------------- */

.macro IRQ n
irq_\n:
        pushl $0
        pushl $(VEC_IRQ + \n)
        jmp irq_common
.endm
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        IRQ \n
        .endr

/* The clock's of its own (clock.c), with the name of a line: the benchmarks count those. */
        .globl irq_16
irq_16:
        pushl $0
        pushl $VEC_CLOCK
        SAVE_REGISTERS
        SERVE clock_interrupt

        .globl irq_spurious
irq_spurious:
        iret

irq_common:                             /* in the kernel: the idle thread, string copies */
        SAVE_REGISTERS
        SERVE irq_interrupt

/* --- int 0x31: system calls -------------------------------------------------- */

        .globl int_syscall_entry
int_syscall_entry:
        pushl $0
        pushl $VEC_SYSCALL
        SAVE_REGISTERS
#if X_REDIRECT
        testb $WORK_REDIRECT_ >> 8, TCB_WORK + 1 + FRAME_SIZE - TCB_SIZE(%esp)
        jnz call_closed
#endif
        pushl %esp
        call syscall_dispatch
        jmp exit_to_user

#if X_REDIRECT
call_closed:
        SERVE trap_closed_call
#endif

/* --- Ipc by int 0x30 and by SYSENTER ------------------------------------------- */

/* The stub has put the return address into EBX and ESP into EBP (manual, IA-32). */
        .globl int_ipc_entry
int_ipc_entry:
        pushl $0
        pushl $VEC_IPC
        SAVE_REGISTERS
#if X_REDIRECT
        testb $WORK_REDIRECT_ >> 8, TCB_WORK + 1 + FRAME_SIZE - TCB_SIZE(%esp)
        jnz call_closed
#endif
        movl %ebx, FRAME_EIP(%esp)
        movl %ebp, FRAME_ESP(%esp)
        pushl %esp
        call ipc_syscall
        jmp exit_to_user

/*
 * SYSENTER has loaded ESP with the TSS's address, and fastpath.S has fetched
 * the top of the kernel stack from there.  Flags are as the user left them:
 * NT would spoil the IRET later, TF and AC have no business here.
 */
        .globl sysenter_slow
sysenter_slow:
        cmpl $CALL_EXCHANGE_REGISTERS, %ebx
        je move_waiting
not_move:
        pushl $SEL_UDATA
        pushl %ebp
        pushl $USER_EFLAGS
        pushl $SEL_UCODE
        pushl %ebx
        pushl $0
        pushl $VEC_IPC
        pushl $2
        popfl
        SAVE_REGISTERS
        movl $EXIT_SYSEXIT_, FRAME_WAY_OUT(%esp)
        pushl %esp
        cmpl $CALL_LOWEST, %ebx
        jae 1f
2:      call ipc_syscall
        jmp exit_to_user
1:      cmpw $0, 4 + FRAME_ECX(%esp)     /* it has tried the fast path: EDI is not the user's */
        je 2b
        call syscall_by_number          /* not an Ipc (stubs.S) */
        jmp exit_to_user

/*
 * ExchangeRegisters the short way, as exregs.c does it: it sends a thread of the same space, which
 * waits for the answer to a page fault (faultpath.S), to another place with other flags.
 */
#define THEIRS(field) TCB_SIZE - FRAME_SIZE + field(%edx)
#define CONTROL       CALL_MARK | L4_EXREGS_IP | L4_EXREGS_FLAGS

move_waiting:
        cmpl $CONTROL, %ecx
        jne not_move
        FIND_THREAD %eax, %edx, not_move  /* EAX: where SP would be, if it were to be set */
        cmpl $S_KWAITING_, %ss:TCB_STATE(%edx)  /* and no work */
        jne not_move
        cmpb $ANSWER_EMPTY_, %ss:TCB_SHORT_FAULT(%edx)
        jne not_move
        movl %ss:TCB_SPACE(%edx), %ecx
        cmpl TCB_SPACE - TCB_SIZE(%esp), %ecx
        jne 1f
        movl %ss:SPACE_KIP_AREA(%ecx), %ecx
        movl %ecx, %ebx
        andl $L4_FPAGE_SIZE_MASK, %ebx
        cmpl $L4_PAGE_BITS << L4_FPAGE_SIZE_SHIFT, %ebx
        jne 1f
        .globl fast_exchange_registers_move     /* the benchmark counts it */
fast_exchange_registers_move:
        andl $-(1 << L4_PAGE_BITS), %ecx
        addl $fast_exchange_registers_return, %ecx
        subl $kip_page, %ecx
        pushl $2
        popfl
        pushl $SEL_UDATA
        addl $8, %ebp                   /* it has pushed two registers (stubs.S) */
        pushl %ebp
        pushl $USER_EFLAGS
        pushl $SEL_UCODE
        pushl %ecx
        pushl $0
        pushl $VEC_IPC
        pushl %ss:TCB_LOCAL_ID(%edx)    /* EAX to EDI: the results */
        pushl $L4_EXREGS_WAS_RECEIVING
        pushl %ss:THEIRS(FRAME_ESP)
        movl %ss:TCB_UTCB(%edx), %ecx
        pushl %ss:L4_UTCB_USERHANDLE(%ecx)
        pushl $EXIT_STACK_
        pushl %ss:L4_UTCB_PAGER(%ecx)
        pushl %ss:THEIRS(FRAME_EIP)
        movl %ss:THEIRS(FRAME_EFLAGS), %ecx
        pushl %ecx
        movl %esi, %ss:THEIRS(FRAME_EIP)
        andl $~FLAGS_SETTABLE, %ecx
        andl $FLAGS_SETTABLE, %edi
        orl %edi, %ecx
        movl %ecx, %ss:THEIRS(FRAME_EFLAGS)
        movl $EXIT_IRET_, %ss:THEIRS(FRAME_WAY_OUT)
        pushw %ds
        pushw %es
        pushw %fs
        pushw %gs
        CHECK_SEGMENTS
        jmp exit_to_user

1:      movl $CALL_EXCHANGE_REGISTERS, %ebx
        movl $CONTROL, %ecx
        jmp not_move

/* --- the way out ------------------------------------------------------------------ */

/*
 * Runs on any depth of the current thread's kernel stack.  Segment registers are loaded where
 * the processor has, or the frame wants, others than the flat ones.  Those of a bounded thread
 * are always, and it goes by IRET, which loads CS and SS (bounds.c).
 */
        .globl exit_to_user
exit_to_user:
        andl $~(TCB_SIZE - 1), %esp
        testb $WORK_TO_DO_, TCB_WORK(%esp)
        leal TCB_SIZE - FRAME_SIZE(%esp), %esp
        jne 5f
        .globl exit_frame
exit_frame:                             /* no work; ESP is the frame */
        cmpb $0, odd_segments
        jne 3f
        cmpl $FLAT_GS_FS, FRAME_GS(%esp)
        jne 3f
        cmpl $FLAT_ES_DS, FRAME_ES(%esp)
        jne 3f
#if X_BOUNDS
        testb $WORK_BOUNDS_ >> 8, TCB_WORK + 1 + FRAME_SIZE - TCB_SIZE(%esp)
        jnz 3f
#endif
1:      cmpl $EXIT_STACK_, FRAME_WAY_OUT(%esp)
        jb exit_sysexit
        je exit_stack
2:      RESTORE_REGISTERS
        .globl exit_iret
exit_iret:
        iret

        .globl exit_segments, exit_segments_end
exit_segments:
3:      LOAD_SEGMENTS
exit_segments_end:
        movb $0, %ss:odd_segments
#if X_BOUNDS
        testb $WORK_BOUNDS_ >> 8, TCB_WORK + 1 + FRAME_SIZE - TCB_SIZE(%esp)
        jnz 2b
#endif
        jmp 1b

5:      call exit_work
        jmp exit_to_user

/*
 * As the fast path leaves: of the flags only IF is set.  ECX and EDX are lost, or for
 * ExchangeRegisters put where its stub fetches them; if that faults, there is the IRET.
 */
exit_stack:
        movl FRAME_ESP(%esp), %ecx
        subl $8, %ecx
        cmpl $USER_TOP - 8, %ecx
        ja 2b
        movl FRAME_EDX(%esp), %edx
        movl FRAME_ECX(%esp), %eax
        .globl exit_stack_write, exit_stack_written
exit_stack_write:
        movl %edx, %ss:(%ecx)
        movl %eax, %ss:4(%ecx)
exit_stack_written:
        movl FRAME_EIP(%esp), %edx
        subl $CALL_POPS, %edx
        jmp 1f
exit_sysexit:
        movl FRAME_EIP(%esp), %edx
        movl FRAME_ESP(%esp), %ecx
1:      movl FRAME_EAX(%esp), %eax
        movl FRAME_EBX(%esp), %ebx
        movl FRAME_ESI(%esp), %esi
        movl FRAME_EDI(%esp), %edi
        movl FRAME_EBP(%esp), %ebp
        pushl $2
        popfl
        sti
        sysexit

/* --- context switch ------------------------------------------------------------------ */

/* The page directory of a TCB, where it needs one and it is another. */
.macro LOAD_CR3 tcb
        movl TCB_PD(\tcb), %edx
        testl %edx, %edx
        jz 1f
        movl %cr3, %ecx
        cmpl %edx, %ecx
        je 1f
        movl %edx, %cr3
1:
.endm

/* void switch_context(struct tcb *to) */
        .globl switch_context
switch_context:
        movl 4(%esp), %eax
        pushl %ebp
        pushl %ebx
        pushl %esi
        pushl %edi
        movl %esp, %edx
        andl $~(TCB_SIZE - 1), %edx
        movl %esp, TCB_KSP(%edx)
        movl TCB_KSP(%eax), %esp
        leal TCB_SIZE(%eax), %edx
        movl %edx, TSS_ADDR + 4
        movl TCB_LOCAL_ID(%eax), %edx
        movl %edx, gs_word
        LOAD_CR3 %eax
        popl %edi
        popl %esi
        popl %ebx
        popl %ebp
        ret

/* void leave_to(struct tcb *to) */
        .globl leave_to
leave_to:
        movl 4(%esp), %eax
        leal TCB_SIZE(%eax), %edx
        movl %edx, TSS_ADDR + 4
        movl TCB_LOCAL_ID(%eax), %ecx
        movl %ecx, gs_word
        leal -FRAME_SIZE(%edx), %esp
        LOAD_CR3 %eax
        jmp exit_to_user

        .globl fault_answered_entry
fault_answered_entry:
        call fault_answered
        jmp exit_to_user

        .globl thread_entry
thread_entry:
        call kmsg_started
        jmp exit_to_user

        .globl idle_loop
idle_loop:
        sti
        hlt
        cli
        jmp idle_loop

/* --- copying for users ------------------------------------------------------------------ */

/* bool copy_guarded(void *to, const void *from, u32 len) */
        .globl copy_guarded, copy_guarded_fault, copy_guarded_fixup
copy_guarded:
        pushl %esi
        pushl %edi
        movl 12(%esp), %edi
        movl 16(%esp), %esi
        movl 20(%esp), %ecx
        movl $1, %eax
copy_guarded_fault:
        rep movsb
1:      popl %edi
        popl %esi
        ret
copy_guarded_fixup:
        xorl %eax, %eax
        jmp 1b

/* --- tables ------------------------------------------------------------------------------- */

        .section .rodata
        .globl exception_entries, irq_entries
        .align 4
exception_entries:
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        .long exception_\n
        .endr
        .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        .long exception_\n
        .endr
irq_entries:
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        .long irq_\n
        .endr

/*
 * The data segment registers may be others than the flat ones of a new thread: load them on
 * the way out.  While users run it says nothing.
 */
        .data
        .globl odd_segments
odd_segments:
        .byte 1

/* The page users read through %gs. */
        .section .bss.page, "aw", @nobits
        .align 4096
        .globl gs_page, gs_word
gs_page:
gs_word:
        .skip 4096
