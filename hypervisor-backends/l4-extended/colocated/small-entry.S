/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the program of small.c begins: its first byte.  And for small.lds: where the program is, and
 * what is not its own.
 */
#include "layout.h"

        .globl  small_code, small_end, l4vm, l4vm_page
        .set    small_code, L4VM_SMALL_CODE
        .set    small_end, L4VM_SMALL_END
        .set    l4vm, L4VM_SMALL_SHARED
        .set    l4vm_page, L4VM_SMALL_PAGE

        .section .text.start, "ax", @progbits
        .globl  _start
_start: cld
        movl    $co_small_stack + L4VM_CO_STACK, %esp
        call    co_small_main
        .section .note.GNU-stack, "", @progbits
