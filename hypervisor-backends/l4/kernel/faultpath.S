/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short way of an exception (fault.c) once more, in assembly: a general protection
 * fault with an error code - int n of an application is one - to a handler that waits
 * for it.  What is not as usual goes the way of C, which comes to the same.
 *
 * fast_block says whether more has to be switched than stack and page directory; that
 * is done in C (schedule.c), so bounded threads and those with descriptors of their own
 * take this way, too.
 */
#include "asm-offsets.h"
#include "layout.h"
#include "config.h"

#define SELF(field)  field - TCB_SIZE + FRAME_SIZE(%esp)
#define FRAME(field) field - FRAME_SIZE(%esp)

/* Two words and an item of ten registers. */
#define TAG_EXCEPTION_STATE (L4_TAG_EXCEPTION - L4_EXC_WORDS + 2 + (11 << L4_TAG_TYPED_SHIFT))

        .section .note.GNU-stack, "", @progbits
        .section .text.fast, "ax", @progbits

.macro TELL from, word
        movl \from(%esp), %eax
        movl %eax, 4 * (\word)(%ebx)
.endm

/* The frame is complete, DS and ES are flat, the fault is a user's (entry.S). */
        .globl exception_message
exception_message:
        movl SELF(TCB_UTCB), %edx
        movl L4_UTCB_EXCHANDLER(%edx), %eax
        movl %eax, %edi
        shrl $14, %edi
        movl thread_table(,%edi,4), %edi
        cmpl %eax, TCB_ID(%edi)
        jne exception_long
        cmpl $S_WAITING_, TCB_STATE(%edi)       /* and no work, nor bounds */
        jne exception_long
#if X_CTRLXFER
        cmpl $0, SELF(TCB_CONF_EXCEPTION)
        jne 6f
7:
#endif
        movl TCB_PARTNER(%edi), %eax
        cmpl $-1, %eax
        je 1f
        cmpl SELF(TCB_ID), %eax
        jne exception_long
1:      leal SELF(TCB_SENDERS), %eax
        cmpl %eax, SELF(TCB_SENDERS)
        jne exception_long

        /* As fault_await() does. */
        movl TCB_ID(%edi), %eax
        movl %eax, SELF(TCB_PARTNER)
        leal -4 * L4_NUM_MRS(%esp), %eax
        movl %eax, SELF(TCB_MR)
        movl $0, SELF(TCB_IPC_ERROR)
        movb $0, SELF(TCB_IPC_ACTIVE)
        movb $1, SELF(TCB_KERNEL_MSG)
        movb $1, SELF(TCB_ACCEPT_STATE)
        movb $S_KWAITING_, SELF(TCB_STATE)
        movb $S_RUNNING_, TCB_STATE(%edi)
        movb $0, TCB_IPC_ACTIVE(%edi)

        movl TCB_UTCB(%edi), %ebx
#if X_CTRLXFER
        cmpl $0, SELF(TCB_CONF_EXCEPTION)
        jne 8f
#endif
        movb $ANSWER_REGISTERS_, SELF(TCB_SHORT_FAULT)
        movl $L4_TAG_EXCEPTION, %esi
        movl %esi, (%ebx)
        TELL FRAME_EIP, L4_EXC_MR_EIP
        TELL FRAME_EFLAGS, L4_EXC_MR_EFLAGS
        TELL FRAME_VECTOR, L4_EXC_MR_VECTOR
        TELL FRAME_ERROR, L4_EXC_MR_ERROR
        TELL FRAME_EDI, L4_EXC_MR_EDI
        TELL FRAME_ESI, L4_EXC_MR_ESI
        TELL FRAME_EBP, L4_EXC_MR_EBP
        TELL FRAME_ESP, L4_EXC_MR_ESP
        TELL FRAME_EBX, L4_EXC_MR_EBX
        TELL FRAME_EDX, L4_EXC_MR_EDX
        TELL FRAME_ECX, L4_EXC_MR_ECX
        TELL FRAME_EAX, L4_EXC_MR_EAX

9:      cmpl $0, fast_block
        jne 3f
5:      cmpb $0, odd_segments
        jne 4f
2:      movl TCB_PD(%edi), %edx
        movl SELF(TCB_LOCAL_ID), %eax           /* same space: the local id is seen */
        cmpl SELF(TCB_PD), %edx
        je 1f
        movl SELF(TCB_ID), %eax
        movl %edx, %cr3
1:      leal TCB_SIZE(%edi), %esp
        movl %esp, TSS_ADDR + 4
        movl TCB_LOCAL_ID(%edi), %edi
        movl %edi, gs_word
        movl 8(%ebx), %ebp
        movl 4(%ebx), %ebx
        movl FRAME(FRAME_EIP), %edx
        movl FRAME(FRAME_ESP), %ecx
        pushl $2
        popfl
        sti
        sysexit

3:      pushl %edi
        call switch_resources
        popl %edi
        jmp 5b
4:      movl $SEL_UDATA, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl $SEL_UTCB, %eax
        movl %eax, %gs
        movb $0, odd_segments
        jmp 2b

#if X_CTRLXFER
/*
 * With an item of all general registers (ctrlxfer.c), and none of FS and GS where those are
 * a new thread's: the usual configuration of a virtual machine's threads.
 */
6:      movl SELF(TCB_CONF_EXCEPTION), %eax
        cmpl $L4_FAULTCONF_GP, %eax
        je 7b
        cmpl $L4_FAULTCONF_GP | L4_FAULTCONF_SEG, %eax
        jne exception_long
        cmpl $FLAT_GS_FS, FRAME_GS(%esp)
        je 7b
        jmp exception_long

8:      movb $ANSWER_EMPTY_, SELF(TCB_SHORT_FAULT)
        movl $TAG_EXCEPTION_STATE, %esi
        movl %esi, (%ebx)
        TELL FRAME_VECTOR, 1
        TELL FRAME_ERROR, 2
        movl $L4_CTRLXFER_GP_ITEM, 12(%ebx)
        TELL FRAME_EIP, 4 + L4_CTRLXFER_GP_EIP
        TELL FRAME_EFLAGS, 4 + L4_CTRLXFER_GP_EFLAGS
        TELL FRAME_EDI, 4 + L4_CTRLXFER_GP_EDI
        TELL FRAME_ESI, 4 + L4_CTRLXFER_GP_ESI
        TELL FRAME_EBP, 4 + L4_CTRLXFER_GP_EBP
        TELL FRAME_ESP, 4 + L4_CTRLXFER_GP_ESP
        TELL FRAME_EBX, 4 + L4_CTRLXFER_GP_EBX
        TELL FRAME_EDX, 4 + L4_CTRLXFER_GP_EDX
        TELL FRAME_ECX, 4 + L4_CTRLXFER_GP_ECX
        TELL FRAME_EAX, 4 + L4_CTRLXFER_GP_EAX
        jmp 9b
#endif
