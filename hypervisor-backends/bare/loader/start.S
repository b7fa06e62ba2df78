/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry from a multiboot loader, and the last step of the way to Linux: a
 * stub that runs outside everything it overwrites.
 */
#include "loader.h"

        .section .multiboot, "a"
        .align 4
        .long 0x1badb002, 0x00000003, -(0x1badb002 + 0x00000003)

        .text
        .globl _start
_start:
        cli
        cld
        movl $stack_top, %esp
        pushl %ebx                      # multiboot information
        pushl %eax                      # magic
        call loader_main
0:      hlt
        jmp 0b

/*
 * go(stage): copy the stub to its place and jump there with Linux's boot
 * segments, %ebx = the stage.
 */
        .globl go
go:
        movl 4(%esp), %ebx
        movl $STUB_ADDRESS, %edi
        movl $stub, %esi
        movl $(stub_end - stub), %ecx
        rep movsb
        lgdt STAGE_GDT_POINTER(%ebx)
        ljmp $BOOT_CS, $STUB_ADDRESS

/*
 * Position-independent.  Moves: destination, source, bytes to copy, bytes to
 * clear behind them; a destination of all ones ends the list.
 */
stub:
        movl $BOOT_DS, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl %eax, %gs
        movl %eax, %ss
        movl %ebx, %edx
0:      movl (%edx), %edi
        cmpl $-1, %edi
        je 1f
        movl 4(%edx), %esi
        movl 8(%edx), %ecx
        rep movsb
        movl 12(%edx), %ecx
        xorl %eax, %eax
        rep stosb
        addl $16, %edx
        jmp 0b
1:      movl STAGE_ENTRY(%ebx), %eax
        movl STAGE_PARAMETERS(%ebx), %esi
        xorl %ebp, %ebp
        xorl %edi, %edi
        xorl %ebx, %ebx
        jmp *%eax
stub_end:

        .bss
        .align 16
        .skip 16384
stack_top:
        .section .note.GNU-stack, "", @progbits
