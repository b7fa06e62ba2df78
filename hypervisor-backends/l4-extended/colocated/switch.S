/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The switch of address spaces (thesis 4.5.2).  The wedge's stack and data have the same
 * addresses in every space, so the kernel thread of the next space goes on where that of
 * the last one has left off: all it needs is the stack pointer, which waits in a word
 * of its own.  While a kernel thread waits its registers are of no interest to anybody; L4's
 * Ipc keeps nothing on the caller's stack.
 */
#include "layout.h"

        .text
        .globl  co_switch_to, co_arrive
co_switch_to:
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    20(%esp), %eax                  /* to */
        movl    %esp, switch_stack
wait:
        movl    %gs:0, %edi
        xorl    %esi, %esi                      /* an empty message */
        xorl    %ecx, %ecx                      /* never give up */
        movl    $-1, %edx                       /* from any thread: only kernel threads know us */
        call    *L4_syscalls                    /* Ipc */
        movl    switch_stack, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret
co_arrive:
        cld
        xorl    %eax, %eax                      /* to nobody */
        jmp     wait

/* To the application in EAX and back; every register is lost. */
        .globl  co_user_enter, co_user_begin, co_user_return, co_user_abort
co_user_enter:
        movl    %esp, user_stack
co_user_begin:
        cmpl    $0, l4vm + 8                    /* events */
        jne     co_user_abort
        movl    %gs:0, %edi
        movl    (%edi), %esi                    /* message register 0 */
        movl    %eax, %edx
        xorl    %ecx, %ecx
        call    *L4_syscalls
co_user_return:
        movl    %esi, (%edi)
        movl    %ebx, 4(%edi)
        movl    %ebp, 8(%edi)
        movl    %esi, %eax
        ret
co_user_abort:
        movl    user_stack, %esp
        xorl    %eax, %eax
        ret

/* An exception of the kernel thread: its registers are in l4vm_raw. */
        .globl  co_exception_entry
co_exception_entry:
        movl    l4vm_raw + RAW_ESP, %ecx
        movl    $co_exception, %edx
        jmp     l4vm_on_trap_stack

/* A page that only the kernel thread can find the memory of. */
        .globl  co_fill_entry
co_fill_entry:
        movl    l4vm_raw + RAW_ESP, %ecx
        movl    $co_fill, %edx
        jmp     l4vm_on_trap_stack

        .globl  co_pager_entry
co_pager_entry:
        cld
        call    co_pager_main

        .bss
        .balign 16
switch_stack:
        .skip   4
user_stack:
        .skip   4
/* What a new kernel thread calls Ipc from: a word, and nobody else uses it meanwhile. */
        .balign 16
        .skip   64
        .globl  co_arrival_stack_top
co_arrival_stack_top:
        .skip   16
        .section .note.GNU-stack, "", @progbits
