/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user thread runs for the wedge: a page of code, and a page of data of its own,
 * mapped above the guest's addresses.  Most pieces end in `hlt', which
 * hands the thread's registers to main as an exception.
 */
#include "layout.h"

#define EXCEPTION_HANDLER (L4VM_UTCB + 0x100 - 44)
#define ACCEPTOR          (L4VM_UTCB + 0x100 - 64) /* BR0 */
#define COMPLETE          0x10 /* fpage: map items may go anywhere */
#define MR(n)             (L4VM_UTCB + 0x100 + 4 * (n))

        .section .stubs, "awx", @progbits
        .balign 4096
        .globl  l4vm_stub_code
        .globl  stub_hlt, stub_start, stub_fpu_save, stub_fpu_load, stub_flush
        .globl  stub_popf, stub_popf_end, stub_give, stub_give_end
l4vm_stub_code:
stub_hlt:
        hlt
/* First code of a thread: whom to tell of exceptions. */
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
 * Where main sends a thread whose page fault the guest is to see (user.c): registers to main, by a
 * message, which is cheaper than an exception; the answer has those to go on with, laid out
 * like that to an exception.  %eip, %esp and flags are told by ExchangeRegisters.
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
        call    *L4VM_STUB_DATA + STUB_IPC
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
/* Unmap from itself: %eax control, its message registers from the data page, %ebx the kernel's entry. */
stub_flush:
        movl    $L4VM_STUB_DATA + STUB_WORDS, %esi
        movl    $L4VM_UTCB + 0x100, %edi
        movl    $64, %ecx
        rep movsl
        movl    L4VM_STUB_DATA + STUB_WORDS, %esi
        movl    $L4VM_UTCB + 0x100, %edi
        call    *%ebx
        hlt
        .balign 4096
        .section .note.GNU-stack, "", @progbits
