/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user thread runs for the wedge: a page of code and a page of data, mapped
 * above the guest's addresses in every user space.  Each piece ends in `hlt', which
 * hands the thread's registers to main as an exception.
 */
#include "layout.h"

#define EXCEPTION_HANDLER (L4VM_UTCB + 0x100 - 44)

        .section .stubs, "awx", @progbits
        .balign 4096
        .globl  l4vm_stub_code, l4vm_stub_data
        .globl  stub_hlt, stub_start, stub_fpu_save, stub_fpu_load, stub_flush
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
/* Unmap from itself: %eax control, %esi fpage, %edi UTCB, %ebx the kernel's entry. */
stub_flush:
        call    *%ebx
        hlt
        .balign 4096
l4vm_stub_data:
        .skip   4096
        .section .note.GNU-stack, "", @progbits
