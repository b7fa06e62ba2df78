/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of every program: the kernel promises no stack, so take our own, find
 * the KIP, run main, and end the machine with its value.  The programs that
 * must not end the machine never return from main.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	movl	$l4_stack_top, %esp
	xorl	%ebp, %ebp
	cld
	call	L4_Init
	call	main
	pushl	%eax
	call	l4_shutdown

	.bss
	.balign	16
	.space	16384
l4_stack_top:
	.section .note.GNU-stack, "", @progbits
