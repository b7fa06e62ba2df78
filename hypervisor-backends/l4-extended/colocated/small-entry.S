/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the program of small.c begins: its first byte. */
#include "layout.h"

        .section .text.start, "ax", @progbits
        .globl  _start
_start: cld
        movl    $co_small_stack + L4VM_CO_STACK, %esp
        call    co_small_main
        .section .note.GNU-stack, "", @progbits
