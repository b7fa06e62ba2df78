/* SPDX-License-Identifier: BSD-2-Clause */
/* From multiboot to paged C code, and the way in and out of traps. */
#include "kernel.h"

#define physical(symbol) ((symbol) - KERNEL_BASE)
#define FRAME_BYTES      76 /* struct trap_frame, from user mode */

        .section .multiboot, "a"
        .align 4
        .long 0x1badb002, 0, -0x1badb002

        .section .start, "ax"
        .globl _start
_start:
        cli
        cld
        movl $physical(boot_stack_top), %esp
        movl %ebx, physical(boot_information)
        # Physical memory in 4 MB pages, at 0 and at KERNEL_BASE, open to user mode.
        movl $physical(page_directory), %edi
        movl $0x87, %eax                # present, writable, user, 4 MB
        xorl %ecx, %ecx
0:      movl %eax, (%edi,%ecx,4)
        movl %eax, (KERNEL_BASE >> 22) * 4(%edi,%ecx,4)
        addl $0x400000, %eax
        incl %ecx
        cmpl $8, %ecx
        jb 0b
        movl %cr4, %eax
        orl $0x10, %eax                 # PSE
        movl %eax, %cr4
        movl %edi, %cr3
        movl %cr0, %eax
        orl $0x80010000, %eax           # PG, WP
        andl $~0x6000000c, %eax         # caches on, no emulation, no task switched
        movl %eax, %cr0
        movl $high, %eax
        jmp *%eax
        .text
high:
        movl $boot_stack_top, %esp
        xorl %ebp, %ebp
        call machine_init
        call kernel_main
0:      hlt
        jmp 0b

        .globl load_descriptors         # (gdt pointer, idt pointer)
load_descriptors:
        movl 4(%esp), %eax
        lgdt (%eax)
        movl 8(%esp), %eax
        lidt (%eax)
        ljmp $KERNEL_CS, $1f
1:      movl $KERNEL_DS, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl %eax, %gs
        movl %eax, %ss
        movl $TSS_SELECTOR, %eax
        ltr %ax
        ret

# One entry per vector; those without an error code push a zero.
        .globl trap_entries
        .align 16
trap_entries:
        .set vector, 0
        .rept 256
        .align 16
        .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
        .else
        pushl $0
        .endif
        pushl $vector
        jmp trap_common
        .set vector, vector + 1
        .endr

trap_common:
        pushl %ds
        pushl %es
        pushl %fs
        pushl %gs
        pushal
        movl $KERNEL_DS, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %fs
        movl %eax, %gs
        cld
        pushl %esp
        call kernel_trap
        movl (%esp), %eax
        pushl %eax
        call trap_return

/*
 * A frame elsewhere than on the stack is copied there first: below %esp nothing is safe, even
 * with interrupts off, under a wedge whose hypervisor takes interrupts on this stack.
 */
        .globl trap_return
trap_return:
        movl 4(%esp), %esi
        leal 12(%esp), %eax
        cmpl %eax, %esi                 # as trap_common calls it, on whatever stack
        je 1f
        movl %esi, %eax
        subl $boot_stack, %eax
        cmpl $boot_stack_top - boot_stack, %eax
        jb 1f
        movl $boot_stack_top - FRAME_BYTES, %esp
        movl %esp, %edi
        movl $FRAME_BYTES / 4, %ecx
        cld
        rep movsl
        movl $boot_stack_top - FRAME_BYTES, %esi
1:      movl %esi, %esp
        popal
        popl %gs
        popl %fs
        popl %es
        popl %ds
        addl $8, %esp
        iretl

        .globl trap_resume
trap_resume:                            # (frame, eip, esp)
        movl 4(%esp), %eax
        movl 8(%esp), %ecx
        movl 12(%esp), %edx
        movl %ecx, trap_resume_eip
        movl %edx, trap_resume_esp
        movl %eax, %esp
        popal
        movl trap_resume_esp, %esp
        jmp *trap_resume_eip

        .bss
        .align 4096
        .globl page_directory
page_directory:
        .skip 4096
boot_stack:
        .skip 16384
        .globl boot_stack_top
boot_stack_top:
trap_resume_eip:
        .skip 4
        .globl boot_information
boot_information:
        .skip 4
trap_resume_esp:
        .skip 4
        .section .note.GNU-stack, "", @progbits
