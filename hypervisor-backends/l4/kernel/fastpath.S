/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IPC fast path: a call or reply-and-wait of untyped words to a thread
 * that is waiting for it, from entry to exit.
 *
 * Conditions, each going the slow way if it fails:
 *   - no typed items and no flags in MR0; no receive timeout;
 *   - the destination is a global id of a thread in S_WAITING with no work
 *     pending, that waits for the sender or for anyone;
 *   - the receive phase is for the destination, or for anyone while nobody
 *     queues, so the sender really waits;
 *   - nothing else has to be switched: the floating-point unit is not live
 *     and no thread limit is loaded.
 *
 * Nothing is queued or dequeued and no time is charged: the ready lists are
 * lazy and the time slice stays loaded (schedule.c).  A thread that waits
 * here has its instruction and stack pointer in its frame and nothing on its
 * kernel stack; ipc.c lets it go on the same way.
 *
 * The user's DS and ES are never used: what is not addressed through ESP or
 * EBP, whose segment is SS, says so.  On the way out all segment registers
 * are as a new thread's (manual, IA-32 appendix).
 *
 *   EAX to, EDX from, ECX timeouts, ESI MR0, EBX return address, EBP user ESP
 */
#include "asm-offsets.h"
#include "layout.h"
#include "config.h"

#define SELF(field)  field - TCB_SIZE(%esp)
#define FRAME(field) field - FRAME_SIZE(%esp)
#define TAG_SLOW     0xFFC0

        .section .note.GNU-stack, "", @progbits
        .section .text.fast, "ax", @progbits
        .align 64
        .globl sysenter_entry
sysenter_entry:
        movl 4(%esp), %esp              /* TSS.esp0: top of the kernel stack */
        testl $TAG_SLOW, %esi
        jnz sysenter_slow
        testw %cx, %cx
        jnz sysenter_slow
        movl %eax, %edi
        shrl $14, %edi
        movl %ss:thread_table(,%edi,4), %edi
        cmpl %eax, %ss:TCB_ID(%edi)
        jne sysenter_slow
        cmpl $S_WAITING_, %ss:TCB_STATE(%edi)
        jne sysenter_slow
        cmpl $0, %ss:TCB_WORK(%edi)
        jne sysenter_slow
        cmpl $0, %ss:fast_block
        jne sysenter_slow
        movl %ebx, FRAME(FRAME_EIP)
        movl %ss:TCB_PARTNER(%edi), %ebx
        cmpl SELF(TCB_ID), %ebx
        jne waits_for_any
accepted:
        cmpl %eax, %edx
        jne open_wait
meets:
        /* Committed.  EBP is the receiver from here on. */
        movl %ebp, FRAME(FRAME_ESP)
        movl %edi, %ebp
        movl %esi, %ecx
        andl $63, %ecx
        jz copied
        movl %ss, %eax
        movl %eax, %es
        movl %esi, %ebx
        movl SELF(TCB_UTCB), %esi
        movl TCB_UTCB(%ebp), %edi
        addl $4, %esi
        addl $4, %edi
        cld
        rep movsl %ss:(%esi), %es:(%edi)
        movl %ebx, %esi
copied:
        movl TCB_UTCB(%ebp), %ebx
        movl %esi, %ss:(%ebx)
        movl $USER_EFLAGS, FRAME(FRAME_EFLAGS)
        movl $S_WAITING_, SELF(TCB_STATE)
        movl %edx, SELF(TCB_PARTNER)
        movl $S_RUNNING_, TCB_STATE(%ebp)
        movl TCB_PD(%ebp), %ecx
        movl SELF(TCB_LOCAL_ID), %eax   /* same space: the local id is seen */
        cmpl SELF(TCB_PD), %ecx
        je same_space
        movl SELF(TCB_ID), %eax
        movl %ecx, %cr3
same_space:
        leal TCB_SIZE(%ebp), %esp
        movl %esp, %ss:TSS_ADDR + 4
        movl TCB_LOCAL_ID(%ebp), %edi
        movl %edi, %ss:gs_word
        movl $SEL_UDATA, %ecx
        movl %ecx, %ds
        movl %ecx, %es
        movl %ecx, %fs
        movl $SEL_UTCB, %ecx
        movl %ecx, %gs
        movl %ss:8(%ebx), %ebp
        movl %ss:4(%ebx), %ebx
        movl FRAME(FRAME_EIP), %edx
        movl FRAME(FRAME_ESP), %ecx
        pushl $2                        /* TF, DF, NT and AC stay behind; over SS */
        popfl
        sti
        sysexit

waits_for_any:
        cmpl $-1, %ebx
        je accepted
back_to_slow:
        movl FRAME(FRAME_EIP), %ebx
        jmp sysenter_slow

open_wait:
        cmpl $-1, %edx
        jne back_to_slow
        leal SELF(TCB_SENDERS), %ebx
        cmpl %ebx, SELF(TCB_SENDERS)
        je meets
        jmp back_to_slow
