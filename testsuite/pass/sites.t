#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # dollar signs are gas immediates
# What a site looks like: where it starts, what pads it, what stays beside it.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 23

# code TEXT [OPTION...]: assemble it through the pass, leave its bytes in $code
code() {
	printf '%b\n' "$1" >"$work/t.s"
	shift
	passed "$work/t.s" "$@" && code=$(bytes "$work/t.o" .text)
}

is() {
	[ "$1" = "$2" ] || { echo "$1"; echo "$2 expected"; return 1; }
}

gives() {
	expected=$2
	text=$1
	shift 2
	code "$text" "$@" && is "$code" "$expected"
}

check "cli: prefixes inside the instruction" gives '\tcli' 2e2e2e2e2e2efa
check "a memory operand: its own default segment" \
	gives '\tlgdt (%eax)\n\tlgdt (%esp)\n\tlgdt 4(%ebp)\n' \
	3e3e3e3e3e3e3e0f0110363636363636360f011424363636363636360f015504
check "an explicit override is repeated" gives '\tlgdt %gs:(%eax)' 65656565656565650f0110
check "a prefix written as a word is repeated" gives '\tfs lgdt (%eax)' 64646464646464640f0110
check "int, int3, into: no padding" gives '\tint $0x80\n\tint3\n\tint $3\n\tinto' cd80ccccce

shadow() {
	code '\tsti\n\thlt\n\tsti; sysexit\n\tsti\n\tiret\n\tmov %ax,%ss\n\tnop' --padding=nop &&
		listing "$work/t.o" | tee "$work/list" | grep -A1 -E '^(sti|mov +%eax,%ss)' |
		grep -v -e -- >"$work/pairs"
	cat "$work/pairs"
	tr '\n' ' ' <"$work/pairs" | tr -s ' ' |
		grep -q '^sti hlt sti sysexit sti iret mov %eax,%ss nop $'
}
check "--padding=nop: nothing between sti or mov %ss and what follows" shadow

nops_only() {
	code '\tcli\n\tmov %cr3,%eax\n\tlgdt (%eax)\n\tinb $3,%al' --padding=nop &&
		is "$code" "fa8db6000000000f20d88d76000f01108db42600000000e4038db600000000"
}
check "--padding=nop: NOPs behind what may fault" nops_only

nop_environment() {
	printf '\tcli\n' >"$work/t.s"
	AFTERBURN_PADDING=nop "$as_pass" --32 -o "$work/t.o" "$work/t.s" &&
		is "$(bytes "$work/t.o" .text)" fa8db600000000
}
check "AFTERBURN_PADDING=nop" nop_environment

usage() {
	"$as_pass" --32 --padding=x -o "$work/t.o" "$work/t.s" 2>"$work/err"
	[ $? -eq 2 ] && grep -q '^afterburn: --padding: unknown padding' "$work/err"
}
check "a wrong padding is a usage error" usage

extable() {
	code '1:\trdmsr\n2:\tnop\n\t.pushsection __ex_table,"a"\n\t.long 1b,2b\n\t.popsection' &&
		is "$(bytes "$work/t.o" __ex_table)" 0000000006000000 &&
		is "$(record "$work/t.o" 0 | cut -c1-10)" 0000000006
}
check "a label before the instruction names the site's start" extable

branches() {
	# The jump must be long: the sites grow what it jumps over.
	{
		echo "	jmp 1f"
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "	cli"; done
		echo "1:	nop"
	} >"$work/t.s"
	plain "$work/t.s" && passed "$work/t.s" &&
		is "$(bytes "$work/t.plain.o" .text | cut -c1-4)" eb14 &&
		is "$(bytes "$work/t.o" .text | cut -c1-10)" e98c000000
}
check "branches across sites have their length" branches

far_return() {
	code '\tlcall *(%eax)\n1:\tlret' && is "$code" \
		8db42600000000ff18cb2e8db426000000006690
}
check "a far call's return address is behind its padding" far_return

gs_cure() {
	code '\tmovl %gs,4(%eax)\n\tmovl 8(%esp),%fs\n\tmovl %ds,%eax' &&
		has_records "$work/t.o" 3 && is "$code" \
		3e3e3e3e3e3e3e8c6804363636363636368e6424082e2e2e2e8cd8
}
check "movl between memory and segment register, as old trees write it" gs_cure

gs_cure_off() {
	! as --32 -o "$work/t.plain.o" "$work/t.s" 2>/dev/null &&
		code '\tmovl %gs,4(%eax)' --afterburn-off && is "$code" 8c6804
}
check "... cured with --afterburn-off, too, where gas alone refuses it" gs_cure_off

wait_split() {
	code '\tfsave (%eax)\n\tfinit' && is "$code" \
		9b3e3e3e3e3e3e3edd309b2e2e2e2edbe3 &&
		is "$(record "$work/t.o" 0 | cut -c1-8)" 01000000
}
check "fsave and finit: the wait stays before the site" wait_split

alternative() {
	code '661:\trdtsc\n662:\n\t.pushsection .alt,"a"\n\t.byte 662b-661b, 664f-663f\n\t.popsection
	.pushsection .altinstr_replacement,"ax"\n663:\tlfence; rdtsc\n664:\n\t.popsection\n\tnop' &&
		is "$(bytes "$work/t.o" .alt)" 0605 && has_records "$work/t.o" 1
}
check "the length of an original is that of its site" alternative

replaced_state() {
	code '661:\tnop; frstor (%eax)\n662:\n\t.pushsection .alt,"a"\n\t.byte 662b-661b, 664f-663f\n\t.popsection
	.pushsection .altinstr_replacement,"ax"\n663:\tfxrstor (%eax)\n664:\n\t.popsection\n\tnop' &&
		is "$(bytes "$work/t.o" .alt)" 0a0a && has_records "$work/t.o" 2
}
check "floating-point state in a replacement is a site, as long as its original" replaced_state

previous() {
	code '\t.section .fixup,"ax"\n\tcli\n\t.previous\n\tsti\n\t.previous\n\thlt' &&
		is "$code" 2e2e2e2e2efb && is "$(bytes "$work/t.o" .fixup)" 2e2e2e2e2e2efa2e2e2e2e2ef4
}
check "records do not disturb .previous" previous

non_alloc() {
	code '\tcli' && readelf -SW "$work/t.o" | grep -E ' \.afterburn +PROGBITS +0+ [0-9a-f]+ 000010 00 +0 '
}
check "records are not loaded" non_alloc

flat() {
	code '\tcli' --records=flat &&
		readelf -SW "$work/t.o" | grep -E ' \.afterburn +PROGBITS +0+ [0-9a-f]+ 000010 00 +A +0 '
}
check "--records=flat: they are" flat

relocated() {
	code '\tnop\n\t.section .init.text,"ax"\n\tnop\n\tcli' &&
		readelf -rW "$work/t.o" | grep -E '^00000000 .*R_386_32 .*\.init\.text' &&
		is "$(record "$work/t.o" 0 | cut -c1-8)" 01000000
}
check "the start is relocated against its section" relocated

group() {
	code '\t.section .text.f,"axG",@progbits,f,comdat\n\tcli\n\t.text\n\tsti' &&
		readelf -gW "$work/t.o" | grep -c ' \.afterburn$' | grep -qx 1 &&
		[ "$(readelf -SW "$work/t.o" | grep -c ' \.afterburn ')" -eq 2 ]
}
check "records of a section group are in the group" group

long_operand() {
	# 15 bytes would not hold prefixes and instruction
	code '\tfxsave %gs:0x12345678(%eax,%ebx,4)' && has_records "$work/t.o" 1 &&
		is "$code" 650fae8498785634128db42600000000
}
check "an instruction too long for prefixes gets NOPs" long_operand
