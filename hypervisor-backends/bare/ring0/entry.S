/* SPDX-License-Identifier: BSD-2-Clause */
/* Start as a multiboot kernel; ways into and out of ring 0. */
#include "ring0.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 3       /* page-aligned modules, memory information */
#define BOOT_ENTRY      0x83    /* present, writable, 4 MB */

        .section .multiboot, "a"
        .balign 4
        .long   MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

        .text
        .globl  ring0_start
ring0_start:
        cld
        movl    %eax, %edx
        movl    $boot_directory - PHYSICAL, %edi    # all of physical memory, at 0 and at 3 GB
        movl    $BOOT_ENTRY, %eax
        xorl    %ecx, %ecx
1:      movl    %eax, (%edi,%ecx,4)
        movl    %eax, (PHYSICAL >> 22) * 4(%edi,%ecx,4)
        addl    $0x400000, %eax
        incl    %ecx
        cmpl    $1024 - (PHYSICAL >> 22), %ecx
        jb      1b
        movl    %cr4, %eax
        orl     $0x210, %eax                    # large pages; fxsave and SSE
        movl    %eax, %cr4
        movl    %edi, %cr3
        movl    %cr0, %eax
        orl     $0x80010002, %eax               # paging, read-only pages for ring 0 too, MP
        andl    $~0x0c, %eax                    # no floating-point traps
        movl    %eax, %cr0
        movl    $1f, %eax
        jmp     *%eax
1:      movl    $stack_top, %esp
        pushl   %ebx
        pushl   %edx
        call    ring0_main
1:      hlt
        jmp     1b

/* One entry per vector: an error code, real or 0, then the vector. */
        .altmacro
        .macro entry vector
        .balign 16
entry_\vector\():
        .if     !(\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17)
        pushl   $0
        .endif
        pushl   $\vector
        jmp     common
        .endm

        .macro address vector
        .long   entry_\vector
        .endm

        .set    v, 0
        .rept   256
        entry   %v
        .set    v, v + 1
        .endr

common:
        pushal
        movl    $KERNEL_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        cld
        movl    %esp, %eax
        cmpl    $PHYSICAL, %esp                 # the guest's stack may be small: not more than
        jae     1f                              # the frame goes there
        movl    $event_stack_top, %esp
1:      pushl   %eax
        call    ring0_trap
        popl    %esp
        testb   $3, 44(%esp)
        jz      1f
        movl    $USER_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
1:      popal
        addl    $8, %esp
        iret

/* The task of a double fault: each comes with an error code. */
        .globl  ring0_fault_task
ring0_fault_task:
        call    ring0_double_fault
        addl    $4, %esp
        iret                                    # switches back
        jmp     ring0_fault_task

/* ring0_enter_user(frame): returns when ring0_leave_user() is called. */
        .globl  ring0_enter_user
ring0_enter_user:
        movl    4(%esp), %eax
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    %esp, caller_esp
        pushl   $USER_DS
        pushl   12(%eax)
        movl    36(%eax), %ecx
        andl    $0x00240dd5, %ecx       /* flags of user mode's own: ID, AC, arithmetic, DF, TF */
        orl     $0x202, %ecx
        pushl   %ecx
        pushl   $USER_CS
        pushl   32(%eax)
        movl    $USER_DS, %ecx
        movl    %ecx, %ds
        movl    %ecx, %es
        movl    (%eax), %edi
        movl    4(%eax), %esi
        movl    8(%eax), %ebp
        movl    16(%eax), %ebx
        movl    20(%eax), %edx
        movl    24(%eax), %ecx
        movl    28(%eax), %eax
        iret

        .globl  ring0_leave_user
ring0_leave_user:
        movl    caller_esp, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret

/* ring0_resume(frame): go on in ring 0 with these registers, %esp included. */
        .globl  ring0_resume
ring0_resume:
        movl    4(%esp), %esi
        movl    12(%esi), %edi
        subl    $44, %edi
        movl    %edi, %edx
        movl    $8, %ecx
        rep movsl
        movl    (%esi), %eax
        movl    %eax, (%edi)
        movl    $KERNEL_CS, 4(%edi)
        movl    4(%esi), %eax
        orl     $0x200, %eax
        movl    %eax, 8(%edi)
        movl    %edx, %esp
        popal
        iret

        .section .rodata
        .globl  ring0_entries
ring0_entries:
        .set    v, 0
        .rept   256
        address %v
        .set    v, v + 1
        .endr

        .bss
        .balign 4096
boot_directory:
        .skip   4096
        .balign 16
        .skip   STACK_BYTES
stack_top:
        .skip   STACK_BYTES
event_stack_top:
caller_esp:
        .long   0

        .section .note.GNU-stack, "", @progbits
