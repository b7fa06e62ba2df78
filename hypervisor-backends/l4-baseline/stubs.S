/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user thread runs for the wedge: a page of code, and a page of data of its own,
 * mapped above the guest's addresses.  Each piece ends in `hlt', which
 * hands the thread's registers to main as an exception.
 */
#include "layout.h"

#define EXCEPTION_HANDLER (L4VM_UTCB + 0x100 - 44)

        .section .stubs, "awx", @progbits
        .balign 4096
        .globl  l4vm_stub_code
        .globl  stub_hlt, stub_start, stub_fpu_save, stub_fpu_load, stub_flush
        .globl  stub_popf, stub_popf_end
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
