/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of every program: the kernel promises no stack, so take our own.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	movl	$l4_stack_top, %esp
	xorl	%ebp, %ebp
	cld
	call	l4_start

	.bss
	.balign	16
	.space	16384
l4_stack_top:
	.section .note.GNU-stack, "", @progbits
