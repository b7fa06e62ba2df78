/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The IPC fast path: a call or reply-and-wait of untyped words, and pages, to a
 * thread that is waiting for it, from entry to exit.
 *
 * Conditions, each going the slow way, or that of an answer, if it fails:
 *   - no flags in MR0, no typed items but pages of 4 KB; no receive timeout;
 *   - the destination is a global id of a thread in S_WAITING with no work
 *     pending, that waits for the sender or for anyone;
 *   - the receive phase is for the destination, or for anyone while nobody
 *     queues, so the sender really waits;
 *   - nothing else has to be switched: neither the floating-point unit nor
 *     thread-local descriptors are live.
 *
 * Nothing is queued or dequeued and no time is charged: the ready lists are
 * lazy and the time slice stays loaded (schedule.c).  A thread that waits
 * here has its instruction and stack pointer in its frame and nothing on its
 * kernel stack; ipc.c lets it go on the same way.
 *
 * There are two copies of it.  The plain one is for two unbounded threads and
 * costs them nothing; where a bounded one takes part (bounds.c) the other copy
 * also switches descriptor tables, and lets a bounded receiver go by IRET.
 *
 * The user's DS and ES are never used: what is not addressed through ESP or
 * EBP, whose segment is SS, says so, or comes after the kernel has loaded the
 * flat segment.  On the way out all segment registers are as a new thread's
 * (manual, IA-32 appendix).
 *
 *   EAX to, EDX from, ECX timeouts, ESI MR0, EBX return address, EBP user ESP
 */
#include "asm-offsets.h"
#include "layout.h"
#include "config.h"
#include "find-thread.h"

/* `pushed` bytes lie on the stack. */
#define SELF(field)  field - TCB_SIZE + pushed(%esp)
#define FRAME(field) field - FRAME_SIZE + pushed(%esp)
#define TAG_SLOW     0xFFC0
#if !X_BOUNDS
#define special_receiver answer
#define special_sender   sysenter_slow
#endif
#define UDATA        GDT_UDATA * 8
#define UCODE        GDT_UCODE * 8
#define GP_WORDS     (1 + L4_CTRLXFER_GP_REGS)

/* Is the receiver waiting for this sender?  Else to the label that undoes this. */
.macro MEET back
        movl %ebx, FRAME(FRAME_EIP)
        movl %ss:TCB_PARTNER(%edi), %ebx
        cmpl SELF(TCB_ID), %ebx
        jne 3f
1:      cmpl %eax, %edx
        jne 4f
        .subsection 1
3:      cmpl $-1, %ebx
        je 1b
        jmp \back
4:      cmpl $-1, %edx
        jne \back
        leal SELF(TCB_SENDERS), %ebx
        cmpl %ebx, SELF(TCB_SENDERS)
        je 2f
        jmp \back
        .previous
2:
.endm

/*
 * Who waits for whom from now on.  EBP becomes the receiver.  Of the flags only IF
 * is left to set: TF, DF, NT and AC stay behind.  What is pushed goes over slots of
 * the frame that are written afterwards, but for SS, which whoever wakes the sender
 * writes again.
 */
.macro COMMIT
        pushl $2
        popfl
        movl %ebp, FRAME(FRAME_ESP)
        movl %edi, %ebp
        movl $USER_EFLAGS, FRAME(FRAME_EFLAGS)
        movb $S_WAITING_, SELF(TCB_STATE)
        movl %edx, SELF(TCB_PARTNER)
        movb $S_RUNNING_, TCB_STATE(%ebp)
.endm

/*
 * The data segment registers are a new thread's: as long as nobody loads others they are
 * already, and looking is cheaper than loading four.  The comparison stays on the stack.
 */
.macro FLATTEN_SEGMENTS reg
        pushw %ds
        pushw %es
        pushw %fs
        pushw %gs
        .set pushed, 8
        cmpl $FLAT_GS_FS, (%esp)
        jne 3f
        cmpl $FLAT_ES_DS, 4(%esp)
        jne 3f
        .subsection 1
3:      LOAD_DATA_SEGMENTS \reg
        jmp 2f
        .previous
2:
.endm

/*
 * The words, `items' too; ES is flat, or becomes so.  Leaves MR0 in ESI, the receiver's UTCB in
 * EBX.
 */
.macro COPY load_es=0, items=0
        movl TCB_UTCB(%ebp), %ebx
        movl %esi, %ss:(%ebx)
        .if \items
        movl %esi, %ecx
        shrl $L4_TAG_TYPED_SHIFT, %ecx
        andl $63, %ecx
        .endif
        andl $63, %esi
        .if \items
        addl %ecx, %esi
        .endif
        jz 1f
        .if \load_es
        movl %ss, %ecx
        movl %ecx, %es
        .endif
        movl %esi, %ecx
        movl SELF(TCB_UTCB), %esi
        addl $4, %esi
        leal 4(%ebx), %edi
        rep movsl %ss:(%esi), %es:(%edi)
1:      movl %ss:(%ebx), %esi
.endm

/* Stack and UTCB word of the receiver. */
.macro BECOME_RECEIVER
        leal TCB_SIZE(%ebp), %esp
        movl %esp, %ss:TSS_ADDR + 4
        movl TCB_LOCAL_ID(%ebp), %edi
        movl %edi, %ss:gs_word
.endm

.macro LOAD_DATA_SEGMENTS reg
        movl $SEL_UDATA, \reg
        movl \reg, %ds
        movl \reg, %es
        movl \reg, %fs
        movl $SEL_UTCB, \reg
        movl \reg, %gs
.endm

/* The other registers of the result, and out. */
.macro LEAVE_BY_SYSEXIT
        movl %ss:8(%ebx), %ebp
        movl %ss:4(%ebx), %ebx
        movl FRAME(FRAME_EIP), %edx
        movl FRAME(FRAME_ESP), %ecx
        sti
        sysexit
.endm

        .section .note.GNU-stack, "", @progbits
        .section .text.fast, "ax", @progbits
        .align 64
        .globl sysenter_entry
        .set pushed, 0
sysenter_entry:
        movl 4(%esp), %esp              /* TSS.esp0: top of the kernel stack */
        testl $TAG_SLOW, %esi
        jnz tagged
        testw %cx, %cx
        jnz sysenter_slow
        FIND_THREAD %eax, %edi, sysenter_slow
        cmpl $S_WAITING_, %ss:TCB_STATE(%edi)   /* and no work */
        jne special_receiver
        cmpl $0, %ss:fast_block
        jne special_sender

        MEET back_to_slow
        FLATTEN_SEGMENTS %eax
        COMMIT
        COPY
copied:
        movl TCB_PD(%ebp), %ecx
        movl SELF(TCB_LOCAL_ID), %eax   /* same space: the local id is seen */
        cmpl SELF(TCB_PD), %ecx
        je same_space
        movl SELF(TCB_ID), %eax
        movl %ecx, %cr3
same_space:
        BECOME_RECEIVER
        .set pushed, 0
        LEAVE_BY_SYSEXIT

back_to_slow:
        movl FRAME(FRAME_EIP), %ebx
        jmp sysenter_slow

/*
 * The answer to a thread that waits for one after a fault (fault.c), which then goes on by
 * IRET.  After an exception twelve words go straight into its registers, but for vector and
 * error code, and for flags that are not the user's; any message will do where registers
 * are not to be set by words.
 */
.macro TAKE to, word
        movl 4 * \word(%esi), %eax
        movl %eax, TCB_SIZE - FRAME_SIZE + \to(%ebp)
.endm

.macro TAKE_FLAGS word
        movl 4 * \word(%esi), %eax
        andl $FLAGS_SETTABLE, %eax
        andl $~FLAGS_SETTABLE, TCB_SIZE - FRAME_SIZE + FRAME_EFLAGS(%ebp)
        orl %eax, TCB_SIZE - FRAME_SIZE + FRAME_EFLAGS(%ebp)
.endm

answer:
        cmpw $S_KWAITING_, %ss:TCB_STATE(%edi)
        jne sysenter_slow
        testb $WORK_TO_DO_, %ss:TCB_WORK(%edi)
        jnz sysenter_slow
#if X_BOUNDS
        testl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        jnz sysenter_slow
#endif
        cmpb $ANSWER_EMPTY_, %ss:TCB_SHORT_FAULT(%edi)
        je 5f
        cmpb $ANSWER_REGISTERS_, %ss:TCB_SHORT_FAULT(%edi)
        jne sysenter_slow
        cmpw $L4_EXC_WORDS, %si
        jne sysenter_slow
5:      MEET back_to_slow
        FLATTEN_SEGMENTS %eax
        COMMIT
        cmpb $ANSWER_EMPTY_, TCB_SHORT_FAULT(%ebp)
        je answered_fast
        movl SELF(TCB_UTCB), %esi
        TAKE FRAME_EIP, L4_EXC_MR_EIP
        TAKE FRAME_EDI, L4_EXC_MR_EDI
        TAKE FRAME_ESI, L4_EXC_MR_ESI
        TAKE FRAME_EBP, L4_EXC_MR_EBP
        TAKE FRAME_ESP, L4_EXC_MR_ESP
        TAKE FRAME_EBX, L4_EXC_MR_EBX
        TAKE FRAME_EDX, L4_EXC_MR_EDX
        TAKE FRAME_ECX, L4_EXC_MR_ECX
        TAKE FRAME_EAX, L4_EXC_MR_EAX
        TAKE_FLAGS L4_EXC_MR_EFLAGS
answered_fast:
        movb $0, odd_segments
        movzbl TCB_WORK + 1(%ebp), %eax
        orl fast_block, %eax
        jnz 3f
2:      movl $0, TCB_IPC_ACTIVE(%ebp)   /* nor is there a kernel message, nor a fault */
        movl TCB_UTCB(%ebp), %eax
        movl %eax, TCB_MR(%ebp)
        movl TCB_PD(%ebp), %ecx
#if X_SMALL_SPACES
        testl %ecx, %ecx                /* seen to with the rest (smallspace.c) */
        jz 1f
#endif
        cmpl SELF(TCB_PD), %ecx
        je 1f
        movl %ecx, %cr3
1:      BECOME_RECEIVER
        .set pushed, 0
        leal -FRAME_SIZE(%esp), %esp
        jmp exit_frame
        .set pushed, 8
3:
#if X_BOUNDS
        cmpl %ebp, bounds_owner         /* as bounds_switch() does */
        jne 4f
        cmpl $0, fast_block
        jne 4f
        movl $FAST_BLOCK_BOUNDS_, fast_block
        lgdtl gdt_bounded_pointer
#if X_REDIRECT
        testb $WORK_REDIRECT_ >> 8, TCB_WORK + 1(%ebp)
        jz 2b
        movl $MSR_SYSENTER_CS_, %ecx
        movl %ecx, calls_closed
        xorl %eax, %eax
        xorl %edx, %edx
        wrmsr
#endif
        jmp 2b
4:
#endif
        leal 8 - FRAME_SIZE(%esp), %esp  /* below what the frame has to keep */
        pushl %ebp
        call switch_resources
        popl %ebp
        leal FRAME_SIZE - 8(%esp), %esp
        jmp 2b
        .set pushed, 0

/*
 * `function' applies the items, and says if it could.  So long the stack must lie below what the
 * frame has to keep.
 */
.macro APPLY function
        leal -FRAME_SIZE(%esp), %esp
        pushal
        cld
        FLATTEN_SEGMENTS %eax
        movl %esp, %eax
        andl $~(TCB_SIZE - 1), %eax
        pushl %edi
        pushl %eax
        movl TCB_UTCB(%eax), %eax
        movl %esi, (%eax)               /* MR0, as the stub has put it there */
        call \function
        addl $16, %esp
        testb %al, %al
        popal
        leal FRAME_SIZE(%esp), %esp
        .set pushed, 0
        jz back_to_slow
        leal -8(%esp), %esp
        .set pushed, 8
.endm

/* Such an answer with items (fault.c), or a message with some. */
tagged:
        testl $L4_TAG_FLAGS_MASK, %esi
        jnz sysenter_slow
        testw %cx, %cx
        jnz sysenter_slow
        FIND_THREAD %eax, %edi, sysenter_slow
        cmpl $S_WAITING_, %ss:TCB_STATE(%edi)   /* and no work */
        je carried
        cmpw $S_KWAITING_, %ss:TCB_STATE(%edi)
        jne sysenter_slow
        testb $WORK_TO_DO_, %ss:TCB_WORK(%edi)
        jnz sysenter_slow
        cmpb $ANSWER_EMPTY_, %ss:TCB_SHORT_FAULT(%edi)
        jne sysenter_slow
#if X_BOUNDS
        testl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        jnz sysenter_slow
#endif
        MEET back_to_slow
#if X_CTRLXFER
        cmpw $GP_WORDS << L4_TAG_TYPED_SHIFT, %si
        je 7f
        cmpw $(GP_WORDS + 2) << L4_TAG_TYPED_SHIFT, %si
        je 10f
        cmpw $2 << L4_TAG_TYPED_SHIFT, %si
        je 9f
8:
#endif
        APPLY fault_items
        COMMIT
        jmp answered_fast
        .set pushed, 0

/* A message with pages to a thread in its own Ipc. */
carried:
        cmpl $0, %ss:fast_block
        jne sysenter_slow
        MEET back_to_slow
        APPLY ipc_pages
        COMMIT
        COPY items=1
        jmp copied
        .set pushed, 0

#if X_CTRLXFER
/* One item of all general registers, or of EIP (ctrlxfer.c), and nothing else. */
7:      movl SELF(TCB_UTCB), %ebx
        cmpl $L4_CTRLXFER_GP_ITEM, %ss:4(%ebx)
        jne 8b
        FLATTEN_SEGMENTS %eax
11:     COMMIT
        leal 4 * 2(%ebx), %esi
        TAKE FRAME_EIP, L4_CTRLXFER_GP_EIP
        TAKE FRAME_EDI, L4_CTRLXFER_GP_EDI
        TAKE FRAME_ESI, L4_CTRLXFER_GP_ESI
        TAKE FRAME_EBP, L4_CTRLXFER_GP_EBP
        TAKE FRAME_ESP, L4_CTRLXFER_GP_ESP
        TAKE FRAME_EBX, L4_CTRLXFER_GP_EBX
        TAKE FRAME_EDX, L4_CTRLXFER_GP_EDX
        TAKE FRAME_ECX, L4_CTRLXFER_GP_ECX
        TAKE FRAME_EAX, L4_CTRLXFER_GP_EAX
        TAKE_FLAGS L4_CTRLXFER_GP_EFLAGS
        jmp answered_fast
        .set pushed, 0
9:      movl SELF(TCB_UTCB), %ebx
        cmpl $1 << L4_CTRLXFER_MASK_SHIFT | L4_ITEM_CTRLXFER, %ss:4(%ebx)
        jne 8b
        FLATTEN_SEGMENTS %eax
        COMMIT
        leal 4 * 2(%ebx), %esi
        TAKE FRAME_EIP, L4_CTRLXFER_GP_EIP
        jmp answered_fast
        .set pushed, 0

/*
 * An item of all general registers and one that maps: a page, mostly (mappage.c).  What C pushes
 * lies below what the frame has to keep.
 */
10:     movl SELF(TCB_UTCB), %ebx
        cmpl $L4_CTRLXFER_GP_ITEM, %ss:4(%ebx)
        jne 8b
        testb $L4_ITEM_MAP, %ss:4 * (1 + GP_WORDS)(%ebx)
        jz 8b
        testb $~L4_ITEM_MAP & 0xF, %ss:4 * (1 + GP_WORDS)(%ebx)
        jnz 8b
        FLATTEN_SEGMENTS %eax
        leal 8 - FRAME_SIZE(%esp), %esp
        pushl %ecx
        pushl %edx
        .set pushed, FRAME_SIZE + 8
        cld
        movl 4 * (2 + GP_WORDS)(%ebx), %edx
        movl %edx, %eax
        andl $L4_FPAGE_SIZE_MASK, %eax
        cmpl $FPAGE_PAGE_, %eax
        jne 12f
        testb $L4_FPAGE_R | L4_FPAGE_W | L4_FPAGE_X, %dl
        jz 12f
        movl 4 * (1 + GP_WORDS)(%ebx), %ecx
        movl SELF(TCB_SPACE), %eax
        pushl TCB_SPACE(%edi)
        call mapdb_map_page
        popl %edx
        testb %al, %al
        jz 12f
        popl %edx
        leal FRAME_SIZE - 8 + 4(%esp), %esp
        .set pushed, 8
        jmp 11b
12:     popl %edx
        popl %ecx
        leal FRAME_SIZE(%esp), %esp
        .set pushed, 0
        movl TCB_ID(%edi), %eax
        jmp back_to_slow
#endif

#if X_BOUNDS
special_receiver:
        cmpl $S_WAITING_ | WORK_BOUNDS_ << 16, %ss:TCB_STATE(%edi)
        jne answer
special_sender:
        testl $~FAST_BLOCK_BOUNDS_, %ss:fast_block
        jnz sysenter_slow

        MEET back_to_slow
        COMMIT
        COPY load_es=1
        movl TCB_SPACE(%ebp), %ecx
        movl SELF(TCB_LOCAL_ID), %eax
        cmpl SELF(TCB_SPACE), %ecx
        je 2f
        movl SELF(TCB_ID), %eax
#if X_SMALL_SPACES
        movl TCB_PD(%ebp), %edx
        testl %edx, %edx                /* as small_switch() does */
        movw $TSS_NO_IO, %ss:TSS_IO_BASE
        jz 2f
        movw $TSS_SIZE, %ss:TSS_IO_BASE
        movl %cr3, %edi
        cmpl %edi, %edx
        je 2f
#else
        movl TCB_PD(%ebp), %edx
#endif
        movl %edx, %cr3
2:      BECOME_RECEIVER
        testb $WORK_BOUNDS_ >> 8, TCB_WORK + 1(%ebp)
        jnz bounded_receiver
        andl $~FAST_BLOCK_BOUNDS_, %ss:fast_block
        lgdtl %ss:gdt_pointer
        LOAD_DATA_SEGMENTS %ecx
        LEAVE_BY_SYSEXIT

bounded_receiver:
        movl TCB_SEG_LOW(%ebp), %ecx
        movl TCB_SEG_HIGH(%ebp), %edx
        cmpl %ecx, %ss:gdt_bounded + UDATA
        jne 3f
        cmpl %edx, %ss:gdt_bounded + UDATA + 4
        jne 3f
4:      testl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        jnz 5f
        orl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        lgdtl %ss:gdt_bounded_pointer
5:      LOAD_DATA_SEGMENTS %ecx
        movl %ss:8(%ebx), %ebp
        movl %ss:4(%ebx), %ebx
        movl $SEL_UDATA, -4(%esp)
        movl $USER_EFLAGS, FRAME(FRAME_EFLAGS)
        leal FRAME_EIP - FRAME_SIZE(%esp), %esp
        jmp exit_iret                   /* where a fault is the user's (trap.c) */
3:      testl $DATA3_SPECIAL, %ss:gdt_bounded + UDATA + 4
        jnz 6f
        .globl fast_write_segments      /* the benchmark counts it */
fast_write_segments:
        movl %ecx, %ss:gdt_bounded + UDATA
        movl %edx, %ss:gdt_bounded + UDATA + 4
        orl $0x800, %edx                /* code */
        movl %ecx, %ss:gdt_bounded + UCODE
        movl %edx, %ss:gdt_bounded + UCODE + 4
        jmp 4b
6:      movl %ss, %ecx                  /* it has more than those (bounds.c) */
        movl %ecx, %ds
        movl %ecx, %es
        leal -FRAME_SIZE(%esp), %esp
        pushl %eax
        pushl %ebp
        call bounds_load
        popl %ebp
        popl %eax
        leal FRAME_SIZE(%esp), %esp
        jmp 4b
#endif
