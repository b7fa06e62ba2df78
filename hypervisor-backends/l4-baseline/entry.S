/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the program's threads begin, and how main is moved: to a trap handler and
 * back to where it was.
 */
#include "layout.h"

#define FLAG_TF 0x100

        .text
        .globl  _start
_start: cld
        cmpl    $L4VM_ROLE_HELPER, %esp
        je      1f
        movl    $l4vm_monitor_stack + L4VM_STACK, %esp
        call    l4vm_monitor_main
1:      movl    $helper_stack + L4VM_STACK, %esp
        call    l4vm_helper_main

        .globl  l4vm_main_entry
l4vm_main_entry:
        call    l4vm_main

/*
 * The monitor thread has put main here.  Where it was is in l4vm_raw; with page
 * faults and events the other registers are still its own.
 */
        .globl  l4vm_trap_entry, l4vm_trap_entry_saved
l4vm_trap_entry:
        movl    %edi, l4vm_raw + RAW_EDI
        movl    %esi, l4vm_raw + RAW_ESI
        movl    %ebp, l4vm_raw + RAW_EBP
        movl    %ebx, l4vm_raw + RAW_EBX
        movl    %edx, l4vm_raw + RAW_EDX
        movl    %ecx, l4vm_raw + RAW_ECX
        movl    %eax, l4vm_raw + RAW_EAX
l4vm_trap_entry_saved:
        movl    l4vm_raw + RAW_ESP, %ecx
        movl    $l4vm_trap, %edx
/* Go to %edx on the trap stack: below %ecx if that is in it, else at its top. */
        .globl  l4vm_on_trap_stack
l4vm_on_trap_stack:
        movl    %ecx, %eax
        subl    $trap_stack, %eax
        cmpl    $L4VM_STACK * 2, %eax
        jbe     1f
        movl    $trap_stack + L4VM_STACK * 2, %ecx
1:      andl    $-16, %ecx
        movl    %ecx, %esp
        cld
        call    *%edx

/*
 * l4vm_resume(held): go on at l4vm_resume_frame.  Between begin and end the frame
 * in memory is what counts: the monitor thread takes main's registers from
 * there.  An event that came too late for the caller to see is seen here.
 */
        .globl  l4vm_resume, l4vm_resume_begin, l4vm_resume_end
l4vm_resume:
        movl    4(%esp), %eax
l4vm_resume_begin:
        movl    %eax, l4vm                      /* held */
        testl   %eax, %eax
        jnz     1f
        cmpl    $0, l4vm + 8                    /* events */
        jne     2f
1:      movl    l4vm_resume_frame + RAW_EDI, %edi
        movl    l4vm_resume_frame + RAW_ESI, %esi
        movl    l4vm_resume_frame + RAW_EBP, %ebp
        movl    l4vm_resume_frame + RAW_EBX, %ebx
        movl    l4vm_resume_frame + RAW_EDX, %edx
        movl    l4vm_resume_frame + RAW_ECX, %ecx
        testl   $FLAG_TF, l4vm_resume_frame + RAW_EFLAGS
        jnz     3f
        movl    $l4vm_resume_frame + RAW_EFLAGS, %esp
        popfl
        movl    l4vm_resume_frame + RAW_EAX, %eax
        movl    l4vm_resume_frame + RAW_ESP, %esp
        jmp     *l4vm_resume_frame + RAW_EIP
/* With TF: popf would trap in here, iret does behind the instruction that is gone on with. */
3:      movl    l4vm_resume_frame + RAW_ESP, %esp
        pushl   l4vm_resume_frame + RAW_EFLAGS
        movl    %cs, %eax
        pushl   %eax
        pushl   l4vm_resume_frame + RAW_EIP
        movl    l4vm_resume_frame + RAW_EAX, %eax
        iret
l4vm_resume_end:
2:      movl    $1, l4vm
        movl    l4vm_resume_frame + RAW_ESP, %ecx
        movl    $l4vm_redeliver, %edx
        jmp     l4vm_on_trap_stack

/* Deliver events to the caller, as if they had come behind the call.  Held. */
        .globl  l4vm_self_event
l4vm_self_event:
        pushfl
        popl    l4vm_resume_frame + RAW_EFLAGS
        popl    l4vm_resume_frame + RAW_EIP
        movl    %edi, l4vm_resume_frame + RAW_EDI
        movl    %esi, l4vm_resume_frame + RAW_ESI
        movl    %ebp, l4vm_resume_frame + RAW_EBP
        movl    %ebx, l4vm_resume_frame + RAW_EBX
        movl    %edx, l4vm_resume_frame + RAW_EDX
        movl    %ecx, l4vm_resume_frame + RAW_ECX
        movl    %eax, l4vm_resume_frame + RAW_EAX
        movl    %esp, l4vm_resume_frame + RAW_ESP
        movl    %esp, %ecx
        movl    $l4vm_redeliver, %edx
        jmp     l4vm_on_trap_stack

        .bss
        .balign 16
trap_stack:
        .skip   L4VM_STACK * 2
helper_stack:
        .skip   L4VM_STACK
        .globl  l4vm_monitor_stack, l4vm_main_stack
l4vm_monitor_stack:
        .skip   L4VM_STACK
l4vm_main_stack:
        .skip   L4VM_STACK * 2
        .section .note.GNU-stack, "", @progbits
