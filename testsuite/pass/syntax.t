#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sites are found wherever gas would see an instruction, and nowhere else.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 31

# finds DESCRIPTION COUNT: the text on standard input holds COUNT sites, and
# the plain instructions are all still there.
finds() {
	cat >"$work/t.s"
	description=$1
	count=$2
	shift 2
	check "$description" sh_finds "$count" "$@"
}

sh_finds() {
	count=$1
	shift
	passed "$work/t.s" "$@" && has_records "$work/t.o" "$count"
}

finds "several statements on a line" 3 <<'END'
	cli; sti ;hlt;nop
END
finds "several labels before a statement" 2 <<'END'
a: b: 1: cli
2: c : sti
END
finds "comments between and behind" 3 <<'END'
	/* one */ cli /* two
	three */ ; sti # hlt
	mov /* x */ %cr3, /* y */ %eax
END
finds "upper case" 2 <<'END'
	CLI
	MOV %CR0, %EAX
END
finds "a prefix as its own statement" 2 <<'END'
	rep; insb
	rep

	# comment
	outsl
END
check "... the site starts at the prefix" sh -c "[ $(record "$work/t.o" 0 | cut -c1-8) = 00000000 ]"
finds "prefixes as words, and gas's prefix/instruction" 3 <<'END'
	rep insb
	data16 pushf
	rep/outsb
END
finds "no site where a label stands between prefix and instruction" 1 <<'END'
	rep
1:	insb
END
check "... the site starts behind the label" sh -c "[ $(record "$work/t.o" 0 | cut -c1-8) = 01000000 ]"
finds "Intel syntax with and without prefixes" 5 <<'END'
	.intel_syntax noprefix
	mov cr3, eax
	in al, dx
	lgdt [eax]
	.intel_syntax prefix
	mov %ds, %ax
	.att_syntax prefix
	mov %ax, %ds
END
finds "Intel syntax from the command line" 1 -msyntax=intel -mnaked-reg <<'END'
	mov eax, cr0
END
finds "section stack: only executable code" 4 <<'END'
	cli
	.pushsection .data
	.byte 0xfa
	.previous
	cli
	.previous
	.popsection
	.section .fixup,"ax"
	cli
	.section .rodata
	.subsection 1
	.byte 0x0f,0x01,0xc8
	.section .fixup
	cli
END
finds "16-bit and 64-bit code" 1 <<'END'
	.code16
	cli
	lgdtl 0
	.code16gcc
	cli
	.code64
	cli
	.code32
	cli
END
finds "replacements of alternatives and discarded sections" 1 <<'END'
	.section .altinstr_replacement,"ax"
	stac
	.section .discard.text,"ax",@progbits
	cli
	.text
	stac
END
finds "a vDSO" 0 <<'END'
	.globl __kernel_vsyscall
__kernel_vsyscall:
	int $0x80
	sysenter
	ret
END
finds "a call into the vDSO is not one" 1 <<'END'
	call __kernel_vsyscall
	cli
END
finds ".byte encodings of three bytes and more" 5 <<'END'
	.byte 0x0f,0x01,0xc8
	.byte 0x0f, 0x01, 0xc9
	.byte 0x0f,0x01,0xd1 ; nop
	.byte 0x66,0x0f,0x38,0x82,0x08
	.byte 0x0f,0x01,0xca
END
finds ".byte among data, int as .byte" 0 <<'END'
	jmp 1f
	.byte 0xfa
	.byte 0xcd,0x80
	.long 1
	.byte 0x0f,0x01,0xc8
1:	.byte 0xf4
	.byte 0xfa,0xfb
END
finds ".byte cli among instructions" 1 <<'END'
	nop
	.byte 0xfa
	nop
END
finds "a mnemonic as macro argument" 2 <<'END'
	.macro safe op, other=nop
1:	\op
	\other
	.endm
	safe rdmsr
	safe op=wrmsr
	safe nop
END
finds "a mnemonic through two macros, and as a default" 3 <<'END'
	.macro inner op
	\op
	.endm
	.macro outer what=cpuid
	inner \what
	.endm
	outer
	outer rdtsc
	outer nop
	inner cli
END
finds "an operand as macro argument" 3 <<'END'
	.macro store reg to
	mov \reg, \to
	.endm
	store %eax %ebx
	store %cr3, %eax
	store %ecx, to=%ds
	.macro save reg:req
	push \reg
	.endm
	save %eax
	save %fs
END
finds "a whole statement as macro argument" 1 <<'END'
	.macro once text:vararg
	\text
	.endm
	once movl %eax, %cr3
	once movl %eax, %ebx
END
finds "... but not where quotes make it incomparable" 0 <<'END'
	.macro once text:vararg
	\text
	.endm
	once movl %eax, %cr3
	.macro show text:vararg
	.ascii \text
	.endm
	once .ascii "nop"
END
finds ".rept, .irp and nested repetition" 8 <<'END'
	.rept 3
	cli
	.endr
	.irp op, cli, sti, nop
	\op
	.endr
	.irp r, ds, eax, es, fs
	push %\r
	.endr
END
finds "a macro named like an instruction" 1 <<'END'
	.macro iret
	nop
	.endm
	iret
	.purgem iret
	iret
END
finds "branches of .if that are skipped" 1 <<'END'
	.if 0
	cli
	.else
	sti
	.endif
END
two_files() {
	printf '\tcli\n' >"$work/a.s"
	printf '\tsti\n\tnop\n' >"$work/b.s"
	"$as_pass" --32 -o "$work/ab.o" "$work/a.s" "$work/b.s" && has_records "$work/ab.o" 2 &&
		"$as_pass" --32 -o "$work/ab.o" - <"$work/a.s" && has_records "$work/ab.o" 1 &&
		printf -- '--32 -o "%s/ab.o"\n %s' "$work" "$work/b.s" >"$work/args" &&
		"$as_pass" "@$work/args" && has_records "$work/ab.o" 1
}
check "two files, a pipe, a response file" two_files
finds "pseudo prefixes, labels in quotes" 3 <<'END'
	{disp32} lgdt 4(%eax)
"a label":	cli
"another": sti
END
check "... the pseudo prefix stays with its instruction" \
	sh -c "objdump -d '$work/t.o' | grep -q '0f 01 90 04 00 00 00\|0f 01 90 04'"
finds ".irpc, and .irp inside a macro" 4 <<'END'
	.irpc c,04
	mov %cr\c,%eax
	.endr
	.macro segments
	.irp r, ds, es
	popl %\r
	.endr
	.endm
	segments
END
