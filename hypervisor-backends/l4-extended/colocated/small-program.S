/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of small.c, as the wedge carries it: pages of its own. */
        .section .rodata.small, "a", @progbits
        .balign 4096
        .globl  co_small_program, co_small_program_end
co_small_program:
        .incbin "hypervisor-backends/l4-extended/colocated/small.bin"
        .balign 4096
co_small_program_end:
        .section .note.GNU-stack, "", @progbits
