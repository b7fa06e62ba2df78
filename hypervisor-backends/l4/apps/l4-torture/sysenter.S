/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void torture_sysenter(struct sysenter *regs, L4_Word_t *block)
 *
 * SYSENTER with the registers of @regs, without the kernel's stub.  @block is 16 words on a 64-byte
 * boundary.  A call that keeps to the convention comes back with ESP at or a little above EBP, to
 * torture_sysenter_back or to a RET: if EBP points to the first words of @block, all comes to
 * one place, which finds its stack there.
 */
#define BLOCK_STACK 32
#define BLOCK_GS    36

        .section .note.GNU-stack, "", @progbits
        .text
        .globl torture_sysenter, torture_sysenter_back
torture_sysenter:
        pushfl
        pushal
        movl 40(%esp), %eax
        movl 44(%esp), %edi
        movl %esp, BLOCK_STACK(%edi)
        movw %gs, BLOCK_GS(%edi)
        movl $BLOCK_STACK / 4, %ecx
1:      movl $torture_sysenter_back, -4(%edi,%ecx,4)
        loop 1b
        movl %eax, %esp
        popl %fs
        popl %es
        popl %ds
        popfl
        popal
        sysenter
torture_sysenter_back:
        andl $-64, %esp
        movw BLOCK_GS(%esp), %gs
        movl BLOCK_STACK(%esp), %esp
        pushl %ss
        popl %ds
        pushl %ss
        popl %es
        pushl %ss
        popl %fs
        popal
        popfl
        ret
