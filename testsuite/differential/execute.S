/* SPDX-License-Identifier: BSD-2-Clause */
/* Into an instruction with chosen registers; out of it comes a trap. */
#include "layout.h"
#include "kernel.h"

        .data
        .align 4
        .globl  start_state, start_at, host_stack
start_state:                    # eax ecx edx ebx esp ebp esi edi eflags es fs gs
        .skip   48
start_at:
        .long   0
host_stack:
        .long   0

        .set window, WINDOW + 16
        .globl window

        .text
        .globl  execute, leave, landing
execute:
        pushal
        movl    %esp, host_stack
        movl    start_state + 36, %eax
        movl    %eax, %es
        movl    start_state + 40, %eax
        movl    %eax, %fs
        movl    start_state + 44, %eax
        movl    %eax, %gs
        pushl   start_state + 32
        popfl
        movl    start_state, %eax
        movl    start_state + 4, %ecx
        movl    start_state + 8, %edx
        movl    start_state + 12, %ebx
        movl    start_state + 16, %esp
        movl    start_state + 20, %ebp
        movl    start_state + 24, %esi
        movl    start_state + 28, %edi
        jmp     *start_at

leave:                          # from the trap's handler: never returns to it
        movl    $KERNEL_DS, %eax
        movl    %eax, %ss
        movl    host_stack, %esp
        pushl   $2
        popfl
        popal
        ret

# Where far transfers and interrupt returns go.
landing:
        int     $DONE_VECTOR
        nop
        .section .note.GNU-stack, "", @progbits
