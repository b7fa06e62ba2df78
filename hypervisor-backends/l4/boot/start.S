/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot 1 header and first instructions of the loader.
 */
#define MAGIC 0x1BADB002
#define FLAGS 0x3       /* page-aligned modules, memory map */

        .section .note.GNU-stack, "", @progbits
        .section .start, "ax", @progbits
        .align 4
        .long MAGIC, FLAGS, -(MAGIC + FLAGS)

        .globl loader_entry
loader_entry:
        cli
        cld
        movl $loader_stack_top, %esp
        pushl %ebx
        pushl %eax
        call loader_main        /* (magic, information); returns the kernel's entry */
        jmp *%eax

        .bss
        .align 16
        .skip 16384
loader_stack_top:
