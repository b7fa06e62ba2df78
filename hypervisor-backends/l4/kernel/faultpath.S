/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short way of a fault (fault.c) once more, in assembly: a general protection
 * fault with an error code - int n of an application is one - and a page fault, to a handler
 * that waits for it.  What is not as usual goes the way of C, which comes to the same.
 *
 * Until the handler's segments are loaded DS and ES are the user's, which a bound may
 * cut short (bounds.c): what is not addressed through ESP says so.
 */
#include "asm-offsets.h"
#include "layout.h"
#include "config.h"
#include "find-thread.h"

#define SELF(field)  field - TCB_SIZE + FRAME_SIZE(%esp)
#define FRAME(field) field - FRAME_SIZE(%esp)

/* Two words; with the registers an item of ten; and of two segment registers. */
#define TAG_STATE           (11 << L4_TAG_TYPED_SHIFT)
#define TAG_SEGMENTS        (3 << L4_TAG_TYPED_SHIFT)
#define TAG_EXCEPTION_STATE (L4_TAG_EXCEPTION - L4_EXC_WORDS + 2 + TAG_STATE)
#define TAG_PAGEFAULT_READ  ((L4_LABEL_PAGEFAULT | L4_FPAGE_R | L4_FPAGE_X) << L4_TAG_LABEL_SHIFT | 2)
#define TAG_PAGEFAULT_WRITE ((L4_LABEL_PAGEFAULT | L4_FPAGE_W) << L4_TAG_LABEL_SHIFT | 2)
#define SEGMENTS_MASK       (1 << L4_CTRLXFER_SEG_GS | 1 << L4_CTRLXFER_SEG_FS)
#define ITEM_SEGMENTS       (SEGMENTS_MASK << L4_CTRLXFER_MASK_SHIFT | SEGMENTS_ID | L4_ITEM_CTRLXFER)
#define SEGMENTS_ID         (L4_CTRLXFER_ID_SEG << L4_CTRLXFER_ID_SHIFT)
#define AWAITS(answer)      (AWAITS_KERNEL_MSG | AWAITS_STATE | (answer) << AWAITS_ANSWER_SHIFT)

        .section .note.GNU-stack, "", @progbits
        .section .text.fast, "ax", @progbits

.macro TELL from, word
        movl \from(%esp), %eax
        movl %eax, 4 * (\word)(%ebx)
.endm

/* Address and EIP; `tag` gets the counts of two words and `items`. */
.macro FAULT_WORDS tag, items=0
        movl %ebp, 4(%ebx)
        TELL FRAME_EIP, 2
        movl $TAG_PAGEFAULT_READ + (\items), \tag
        testb $2, FRAME_ERROR(%esp)
        jz 1f
        movl $TAG_PAGEFAULT_WRITE + (\items), \tag
1:
.endm

/*
 * Who handles it, by a word of the UTCB, to EDI and its id to EAX: if it has no work nor
 * bounds and waits for this thread or for anyone.
 */
.macro FIND_HANDLER word
        movl SELF(TCB_UTCB), %edx
        movl %ss:\word(%edx), %eax
        FIND_THREAD %eax, %edi, exception_long
        cmpl $S_WAITING_, %ss:TCB_STATE(%edi)
        jne exception_long
        movl %ss:TCB_PARTNER(%edi), %edx
        cmpl SELF(TCB_ID), %edx
        jne 3f
1:      leal SELF(TCB_SENDERS), %edx
        cmpl %edx, SELF(TCB_SENDERS)
        jne exception_long
        .subsection 1
3:      cmpl $-1, %edx
        je 1b
        jmp exception_long
        .previous
.endm

/* As fault_await() does. */
.macro AWAIT answer
        movl %eax, SELF(TCB_PARTNER)
        leal -4 * L4_NUM_MRS(%esp), %edx
        movl %edx, SELF(TCB_MR)
        movl $AWAITS(\answer), SELF(TCB_IPC_ACTIVE)
        movb $S_KWAITING_, SELF(TCB_STATE)
        movb $S_RUNNING_, %ss:TCB_STATE(%edi)
        movb $0, %ss:TCB_IPC_ACTIVE(%edi)
.endm

/*
 * What else is the handler's from now on: descriptors, the floating-point unit, and the data
 * segment registers, which are a new thread's.  EBX becomes its UTCB.
 */
.macro BECOME_HANDLER
        cmpl $0, %ss:fast_block
        jne 3f
        cmpl $FLAT_ES_DS, FRAME_ES(%esp)
        jne 4f
1:      cmpl $FLAT_GS_FS, FRAME_GS(%esp)
        jne 5f
2:      movl TCB_UTCB(%edi), %ebx
        .subsection 1
3:      call switch_from_blocked
        jmp 2b
4:      movl $SEL_UDATA, %edx
        movl %edx, %ds
        movl %edx, %es
        jmp 1b
5:      movl $SEL_UDATA, %edx
        movl %edx, %fs
        movl $SEL_UTCB, %edx
        movl %edx, %gs
        jmp 2b
        .previous
.endm

/* The frame is complete, the fault is a user's (entry.S). */
        .globl exception_message
exception_message:
        FIND_HANDLER L4_UTCB_EXCHANDLER
#if X_CTRLXFER
        movl SELF(TCB_CONF_EXCEPTION), %esi
        testl %esi, %esi
        jnz exception_state
#endif
        AWAIT ANSWER_REGISTERS_
        BECOME_HANDLER
        movl $L4_TAG_EXCEPTION, %esi
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

/* The message is there, but for its tag in ESI: return to the handler. */
message_told:
        movl %esi, (%ebx)
        movl TCB_PD(%edi), %edx
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

        .globl fault_message
fault_message:
        movl %cr2, %ebp
        cmpl $USER_TOP, %ebp
        jae exception_long
        movl SELF(TCB_SPACE), %edx
        cmpl %ss:sigma0_space, %edx
        je exception_long
#if X_SMALL_SPACES
        cmpl $0, SELF(TCB_PD)
        je exception_long
#endif
        FIND_HANDLER L4_UTCB_PAGER
#if X_XPF && X_CTRLXFER
        movl SELF(TCB_CONF_PAGEFAULT), %esi
        testl %esi, %esi
        jnz fault_state
#elif X_XPF
        cmpl $0, SELF(TCB_CONF_PAGEFAULT)
        jne exception_long
#endif
        AWAIT ANSWER_EMPTY_
        BECOME_HANDLER
        FAULT_WORDS %esi
        jmp message_told

/* Nothing else runs in the handler's place: EDI stays. */
switch_from_blocked:
#if X_BOUNDS
        cmpl $FAST_BLOCK_BOUNDS_, %ss:fast_block
        jne 2f
        movl $0, %ss:fast_block                 /* as bounds_switch() does */
        lgdtl %ss:gdt_pointer
#if X_REDIRECT
        cmpl $0, %ss:calls_closed
        jne 3f
#endif
#endif
1:      movl $SEL_UDATA, %edx
        movl %edx, %ds
        movl %edx, %es
        movl %edx, %fs
        movl $SEL_UTCB, %edx
        movl %edx, %gs
        ret
2:      movl %ss, %edx
        movl %edx, %ds
        movl %edx, %es
        cld
        pushl %edi
        call switch_resources
        addl $4, %esp
        jmp 1b
#if X_REDIRECT
3:      movl $MSR_SYSENTER_CS_, %ecx
        movl $SEL_KCODE, %eax
        xorl %edx, %edx
        wrmsr
        movl %edx, %ss:calls_closed
        jmp 1b
#endif

#if X_CTRLXFER
/*
 * With an item of all general registers (ctrlxfer.c), and one of FS and GS where those are not
 * a new thread's: the usual configurations of a virtual machine's threads, in ESI.
 */
.macro USUAL_STATE
        testl $L4_FAULTCONF_GP, %esi
        jz exception_long
        testl $~(L4_FAULTCONF_GP | L4_FAULTCONF_SEG), %esi
        jnz exception_long
.endm

exception_state:
        USUAL_STATE
        AWAIT ANSWER_EMPTY_
        BECOME_HANDLER
        movl $TAG_EXCEPTION_STATE, %ecx
        TELL FRAME_VECTOR, 1
        TELL FRAME_ERROR, 2
state:
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
#if X_TLS
        testl $L4_FAULTCONF_SEG, %esi
        jz 1f
        movl FRAME_GS(%esp), %eax
        cmpl $FLAT_GS_FS, %eax
        je 1f
        addl $TAG_SEGMENTS, %ecx
        movl $ITEM_SEGMENTS, 4 * 14(%ebx)
        movzwl %ax, %edx
        movl %edx, 4 * 15(%ebx)
        shrl $16, %eax
        movl %eax, 4 * 16(%ebx)
1:
#endif
        movl %ecx, %esi
        jmp message_told

#if X_XPF
fault_state:
        USUAL_STATE
        AWAIT ANSWER_EMPTY_
        BECOME_HANDLER
        FAULT_WORDS %ecx, TAG_STATE
        jmp state
#endif
#endif
