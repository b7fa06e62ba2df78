/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's first instructions, in the state the loader leaves: protected
 * mode, flat segments, no paging, no register contract.  Physical memory up
 * to 240 MB is mapped at PHYS_MAP in 4 MB pages, and for the jump there also
 * the first 4 MB at 0.
 */
#include "asm-offsets.h"
#include "layout.h"

#define PHYSICAL(a) ((a) - PHYS_MAP)
#define PAGE_FLAGS  0x183   /* present, writable, 4 MB, global */

        .section .note.GNU-stack, "", @progbits
        .section .start, "ax", @progbits
        .globl boot_entry
boot_entry:
        cli
        cld
        movl $PHYSICAL(boot_pd), %edi
        movl $0x83, (%edi)
        leal (PHYS_MAP >> 20)(%edi), %edi
        movl $PAGE_FLAGS, %eax
        movl $(PHYS_LIMIT >> 22), %ecx
1:      movl %eax, (%edi)
        addl $4, %edi
        addl $0x400000, %eax
        loop 1b
        movl $PHYSICAL(boot_pd), %eax
        movl %eax, %cr3
        movl %cr4, %eax
        orl $0x10, %eax         /* PSE */
        movl %eax, %cr4
        movl %cr0, %eax
        orl $0x80000000, %eax   /* PG */
        movl %eax, %cr0
        movl $idle_tcb + TCB_SIZE, %esp
        movl $kernel_main, %eax
        jmp *%eax

        .section .bss.page, "aw", @nobits
        .align 4096
        .globl boot_pd, gs_table, idle_tcb
boot_pd:
        .skip 4096
gs_table:
        .skip 4096
idle_tcb:
        .skip TCB_SIZE
