/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences in which a boundary counts: where an interrupt that is pending all the time
 * comes through, and where a fault that its handler repairs goes on.
 *
 * SCENE(PENDING, ...)  starts with interrupts off and the timer's pending
 * SCENE(FIX_UP, ...)   the handler of its fault goes on behind the sequence
 *
 * A NOP behind a site is not distinguished from those that fill the site up: an interrupt there is
 * seen behind it, which nobody can tell from one that came a moment later.  So, except behind
 * sti, other instructions stand there.
 */
#include "layout.h"

#define SCENE(kind, ...)                                                                \
        .pushsection .text; 1: __VA_ARGS__; 2: int $DONE_VECTOR; .popsection;           \
        .pushsection .rodata.names, "a"; 3: .asciz #kind; 4: .asciz #__VA_ARGS__;       \
        .popsection;                                                                    \
        .pushsection .rodata.scenes, "a"; .long 1b, 2b, 3b, 4b, kind; .popsection

        .section .rodata.scenes, "a"
        .align 4
        .globl scenes
scenes:

SCENE(PENDING, nop; nop)
SCENE(PENDING, sti; nop; cli)
SCENE(PENDING, sti; nop; incl %ecx; cli)
SCENE(PENDING, sti; cli)
SCENE(PENDING, sti; cli; nop)
SCENE(PENDING, sti; hlt; cli)
SCENE(PENDING, sti; movl %eax, %ecx; cli)
SCENE(PENDING, sti; pushfl; cli)
SCENE(PENDING, sti; pushl %ds; cli)
SCENE(PENDING, sti; movl %cr0, %eax; cli)
SCENE(PENDING, sti; outb %al, $FREE_PORT8; cli)
SCENE(PENDING, sti; inb $FREE_PORT8, %al; incl %ecx; cli)
SCENE(PENDING, sti; movl %ds, %eax; cli)
SCENE(PENDING, pushl $2; sti; popfl; nop)
SCENE(PENDING, pushl $0x202; popfl; incl %ecx; cli)
SCENE(PENDING, pushl $0x202; popfl; cli)
SCENE(PENDING, pushl $0x202; pushl %cs; pushl $5f; iretl; nop; 5: incl %ecx; cli)
SCENE(PENDING, pushl $2; pushl %cs; pushl $5f; sti; iretl; nop; 5: incl %ecx; cli)
SCENE(PENDING, pushl $0x202; pushl %cs; pushl $5f; sti; iretl; nop; 5: incl %ecx; cli)
SCENE(PENDING, movl %ss, %eax; pushl $0x202; popfl; incl %ecx; cli)
SCENE(PENDING, sti; clts; incl %ecx; cli)

SCENE(FIX_UP, movw %ax, %es)
SCENE(FIX_UP, movw %ax, %ss)
SCENE(FIX_UP, pushl %eax; popl %fs)
SCENE(FIX_UP, movw WINDOW + 4096, %gs)
SCENE(FIX_UP, movl WINDOW + 4096, %eax)
SCENE(FIX_UP, lldt %ax)
SCENE(FIX_UP, ljmp $0x7ff8, $landing)
SCENE(FIX_UP, sidt WINDOW + 8192)
SCENE(FIX_UP, ud2)

        .section .rodata.scenes, "a"
        .globl scenes_end
scenes_end:
        .section .note.GNU-stack, "", @progbits
