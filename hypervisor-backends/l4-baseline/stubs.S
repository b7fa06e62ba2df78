/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user thread and its pager run for the wedge: a page of code, and a page of data of the
 * space's own, mapped above the guest's addresses.  Most pieces end in `hlt', which
 * hands the thread's registers to main as an exception.
 */
#include <l4/abi.h>
#include "layout.h"

#define EXCEPTION_HANDLER (L4VM_UTCB + L4_UTCB_LOCALID + L4_UTCB_EXCHANDLER)
#define ACCEPTOR          (L4VM_UTCB + L4_UTCB_LOCALID - 64) /* BR0 */
#define COMPLETE          0x10 /* fpage: map items may go anywhere */
#define PAGER             (L4VM_UTCB + L4_UTCB_LOCALID + L4_UTCB_PAGER)
#define MR(n)             (L4VM_UTCB + L4_UTCB_LOCALID + 4 * (n))
#define LOCAL_ID          MR(0)

/* The pager's own, in the same UTCB area. */
#define PAGERS_UTCB  (L4VM_UTCB + L4_UTCB_SIZE + L4_UTCB_LOCALID)
#define PAGERS_PAGER (PAGERS_UTCB + L4_UTCB_PAGER)

#define NOW_AND_NEVER (0x0400 << 16) /* time limits: of sending, of waiting */
#define PLAIN_FLAGS   0x202

#define AT(label) (L4VM_STUB_CODE + (label) - l4vm_stub_code)

        .section .stubs, "awx", @progbits
        .balign 4096
        .globl  l4vm_stub_code
        .globl  stub_hlt, stub_start, stub_fpu_save, stub_fpu_load
        .globl  stub_popf, stub_popf_end, stub_give, stub_give_back, stub_give_end
        .globl  stub_start_paged, stub_pager, stub_pager_back, stub_calls
l4vm_stub_code:
stub_hlt:
        hlt
/* First code of a thread: whom to tell of faults and exceptions. */
stub_start_paged:
        movl    L4VM_STUB_DATA + STUB_PAGER, %eax
        movl    %eax, PAGER
stub_start:
        movl    L4VM_STUB_DATA + STUB_HANDLER, %eax
        movl    %eax, EXCEPTION_HANDLER
        hlt
stub_fpu_save:
        fxsave  L4VM_STUB_DATA + STUB_FPU
        hlt
stub_fpu_load:
        fxrstor L4VM_STUB_DATA + STUB_FPU
        hlt
/* Go to user code with flags that the kernel cannot set (quirks.c). */
stub_popf:
        movl    $L4VM_STUB_DATA + STUB_FLAGS, %esp
        popfl
        movl    L4VM_STUB_DATA + STUB_ESP, %esp
        jmp     *L4VM_STUB_DATA + STUB_EIP
stub_popf_end:
/*
 * Where a thread goes whose page fault the guest may have to see, or that is to stop: registers
 * to main, by a message, which is cheaper than an exception; the answer has those to go on with,
 * laid out like that to an exception.  %eip, %esp and flags come from whoever sent it here: from
 * its pager, which has put them into the message registers, or from who stopped it.
 */
stub_give:
        movl    %edi, MR(5)
        movl    %esi, MR(6)
        movl    %ebp, MR(7)
        movl    %ebx, MR(9)
        movl    %edx, MR(10)
        movl    %ecx, MR(11)
        movl    %eax, MR(12)
        movl    $L4VM_STUB_DATA + STUB_STACK, %esp
        movl    $COMPLETE, ACCEPTOR
        movl    L4VM_STUB_DATA + STUB_HANDLER, %eax
        movl    %eax, %edx
        xorl    %ecx, %ecx                      /* for ever */
        movl    $STUB_GIVE_LABEL << 16 | STUB_GIVE_WORDS, %esi
        movl    $MR(0), %edi
        call    *AT(stub_calls)
stub_give_back:
        movl    %ebx, L4VM_STUB_DATA + STUB_EIP /* MR 1 */
        movl    %ebp, L4VM_STUB_DATA + STUB_FLAGS
        movl    MR(5), %edi
        movl    MR(6), %esi
        movl    MR(7), %ebp
        movl    MR(9), %ebx
        movl    MR(10), %edx
        movl    MR(11), %ecx
        movl    MR(12), %eax
        movl    $L4VM_STUB_DATA + STUB_FLAGS, %esp
        popfl
        movl    MR(8), %esp
        jmp     *L4VM_STUB_DATA + STUB_EIP
stub_give_end:
/*
 * The pager of the thread beside it: whatever that faults at is for main, whose answer maps it.
 * It waits for nobody but that thread; who else sends is not answered.  Where it waits, it takes nothing from writable memory that could lead it elsewhere.
 */
stub_pager:
        movl    L4VM_STUB_DATA + STUB_MONITOR, %eax
        movl    %eax, PAGERS_PAGER
        xorl    %eax, %eax
1:      movl    $L4VM_STUB_DATA + STUB_PAGERS, %esp
        movl    $-1, %edx                       /* from anybody, ... */
        movl    $NOW_AND_NEVER, %ecx            /* ... for ever */
        xorl    %esi, %esi
        movl    $PAGERS_UTCB, %edi
        call    *AT(stub_calls)
stub_pager_back:
        testl   $L4_TAG_ERROR, %esi
        jnz     2f
        cmpl    $LOCAL_ID, %eax
        jne     2f
        movl    %esi, MR(STUB_GIVE_TAG)
        movl    %ebx, MR(STUB_GIVE_ADDRESS)
        movl    L4VM_STUB_DATA + STUB_SELF, %eax
        movl    $L4_EXREGS_IP | L4_EXREGS_FLAGS, %ecx
        movl    $AT(stub_give), %esi
        movl    $PLAIN_FLAGS, %edi              /* single steps would end in the stub */
        call    *AT(stub_calls) + 4
        movl    %esi, MR(1)
        movl    %edi, MR(2)
        movl    %edx, MR(8)
        movl    L4VM_STUB_DATA + STUB_SELF, %eax
        jmp     1b
2:      xorl    %eax, %eax
        jmp     1b
/* The kernel's Ipc and ExchangeRegisters (user.c). */
        .balign 4
stub_calls:
        .long   0, 0
        .balign 4096
        .section .note.GNU-stack, "", @progbits
