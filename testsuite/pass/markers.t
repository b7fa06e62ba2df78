#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the compiler plugin says reaches the records.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 22

marked() {
	cat >"$work/t.s"
	passed "$work/t.s"
}

is() {
	[ "$1" = "$2" ] || { echo "$1"; echo "$2 expected"; return 1; }
}

# dead N: dead registers and flags of record N
dead() {
	record "$work/t.o" "$1" | cut -c21-24
}

last() {
	case $(record "$work/t.o" "$1" | cut -c31) in
	8 | 9) echo yes ;;
	*) echo no ;;
	esac
}

marked <<'END'
	#afterburn: begin
	pushf ; pop %eax ; cli
	#afterburn: end gprs=4 flags=3f
	nop
	cli
END
check "dead registers and flags of the last site" is "$(dead 1)" 043f
check "... which is marked as the last" is "$(last 1)$(last 0)" yesno
check "an earlier site: what later lines overwrite" is "$(dead 0)" 053f
check "outside an asm statement nothing is dead" is "$(dead 2)" 0000

marked <<'END'
	#afterburn: begin
	cli
	movl %cr3,%eax
	addl %ecx,%eax
	movl %eax,%cr3
	#afterburn: end gprs=7 flags=3f
END
check "a register read later is alive" is "$(dead 1)" 043f
check "a register written before it is read is dead" is "$(dead 0)" 053f

marked <<'END'
	#afterburn: begin
	cli
	jz 1f
	sti
1:	hlt
	#afterburn: end gprs=ef flags=3f
END
check "a branch makes everything live, a label does not" is "$(dead 0)$(dead 1)$(dead 2)" 0000ef3fef3f

marked <<'END'
	#afterburn: begin
	cli
	movl %eax,%esp
	#afterburn: end gprs=6 flags=3f
END
check "the stack pointer is alive even where it is loaded next" is "$(dead 0)" 063f

marked <<'END'
	#afterburn: begin
	cli
	pushf
	adcl $1,%edx
	movb $1,%al
	#afterburn: end gprs=5 flags=3f
END
check "flags that are saved or used are alive" is "$(dead 0)" 0100

marked <<'END'
	.macro strange r
	nop
	.endm
	#afterburn: begin
	in %dx,%al
	strange %eax
	cli
	#afterburn: end gprs=2 flags=01
END
check "an unknown line makes everything live" is "$(dead 0)" 0000

access() {
	marked <<'END' || return
	#afterburn: store
	movl %eax,(%ebx)
	movl %eax,(%ebx)
	#afterburn: read
	movl 4(%esp),%ecx
	#afterburn: device
	lock; btrl $5,(%edx)
	#afterburn: store
	rep stosl
END
	has_records "$work/t.o" 4 &&
		is "$(record "$work/t.o" 0)" 000000000806021200010000f0000600 &&
		is "$(bytes "$work/t.o" .text)" \
			3e3e3e3e3e3e890389033636363636368b4c24043e3e3e3e3e3ef00fba32053e3e3e3e3e3ef3ab
}
check "marked accesses are padded by their own segment" access
check "... their kinds" is "$(for i in 0 1 2 3; do record "$work/t.o" $i | cut -c15-16; done | tr '\n' ' ')" "12 13 14 12 "

long_store() {
	marked <<'END' || return
	#afterburn: store
	movl $0x12345678,0x1000(%eax,%ebx,4)
END
	is "$(bytes "$work/t.o" .text)" c7849800100000785634128db600000000
}
check "a store too long for prefixes" long_store

call_marked() {
	marked <<'END' || return
	#afterburn: store
	call memcpy
	nop
END
	is "$(readelf -SW "$work/t.o" | grep -c afterburn)" 0
}
check "a call is not an access" call_marked

hook() {
	marked <<'END' || return
	nop
	#afterburn: begin
	#afterburn: hook=1
	#afterburn: end gprs=0 flags=3f
	ret
END
	is "$(bytes "$work/t.o" .text)" 902e8db42600000000c3 &&
		is "$(record "$work/t.o" 0)" 01000000080000150003003f01000000
}
check "a hook is eight bytes of NOP with its number" hook

note() {
	marked <<'END' || return
	#afterburn: note fs/x.c:12 say "why\n"
	nop
END
	readelf -p .afterburn.notes "$work/t.o" | grep -F 'fs/x.c:12 say "why\n"'
}
check "a note reaches its section" note

without_pass() {
	as --32 -o "$work/plain.o" "$work/t.s" && is "$(bytes "$work/plain.o" .text)" 90
}
check "markers are comments to gas" without_pass

marked <<'END'
	#afterburn: begin
	cli
1:	rdmsr
2:	sti
	.section .fixup,"ax"
3:	movl %ecx,%eax
	jmp 2b
	.previous
	.pushsection __ex_table,"a"
	.long 1b,3b
	.popsection
	#afterburn: end gprs=6 flags=3f
END
check "lines in other sections are not on the way" is "$(dead 2)" 063f
check "with a fixup, a site that may fault keeps its registers" is "$(dead 1)" 003f
check "a site that cannot fault does not" is "$(dead 0)" 053f

marked <<'END'
	#afterburn: begin
	cli
	.if 0
	movl $1,%ebx
	.endif
	sti
	.subsection 1
	cli
	.previous
	#afterburn: end gprs=1 flags=3f
END
check "what a condition skips kills nothing" is "$(dead 0)$(dead 1)$(dead 2)" 0000013f0000

marked <<'END'
	#afterburn: begin
	cli
	movsb
	#afterburn: end gprs=c0 flags=3f
	#afterburn: begin
	sti
	movsbl %al,%esi
	#afterburn: end gprs=0 flags=0
END
check "a string move is not a sign extension" is "$(dead 0)$(dead 1)" 00004000
