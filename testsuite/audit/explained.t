#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What accounts for an encoding besides a record: BUG() data behind ud2,
# alternatives that hang on a CPU feature, linker fill, written exemptions.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 26

# --- BUG() data of old kernels --------------------------------------------------
# 0xce is into, 0xcf iret: line numbers that would decode as sensitive.
assemble bug <<'S'
	.globl	f
f:	ud2
	.word	0xcfce
	.long	name
	ret
	.section .rodata, "a"
name:	.asciz	"mm/slab.c"
S
link bug
accepts "$work/bug" "line number and file name behind ud2 are data"
"$audit" "$work/bug" | grep -q 'BUG() data behind ud2: 1 place'
result $? "and are counted"
accepts "$work/bug.o" "in an object, where the pointer is a relocation"
sed 's/mm\/slab.c/mm slab text/' "$work/bug.s" | assemble nobug
link nobug
objects "$work/nobug" 'unexplained: .*(into|iret)' \
	"no data without a file name: the same bytes are objected to"

# --- alternatives ------------------------------------------------------------------
# Entries of 6.1: relative, two-byte feature; SMAP is word 9, bit 20.
alternative() {
	assemble alt <<S
	.globl	f
f:
1:	nop
	nop
	nop
2:	ret
	.section .altinstr_replacement, "ax"
3:	$2
4:
	.section .altinstructions, "a"
	.long	1b - .
	.long	3b - .
	.word	$1
	.byte	2b - 1b
	.byte	4b - 3b
S
	link alt
}
alternative '9*32+20' 'stac'
accepts "$work/alt" "a replacement that hangs on SMAP is gated"
"$audit" --features "$work/alt" >"$work/out"
grep -qx 'feature=308 word=9 bit=20 name=SMAP cpuid=7.0:ebx sites=1' "$work/out"
result $? "--features names it for machines"
alternative '9*32+20' 'lfence'
[ -z "$("$audit" --features "$work/alt")" ]
result $? "a harmless replacement needs no feature hidden"
alternative '0x8000+9*32+20' 'stac'
objects "$work/alt" 'unexplained: .*stac' "a replacement for a missing feature is objected to"
alternative '3*32+21' 'stac'
objects "$work/alt" 'unexplained: .*stac' "one that is always taken, too"
alternative '900' 'stac'
objects "$work/alt" 'no known format' "a table in no known format is objected to"

# 2.6.9: absolute addresses, one-byte feature, padded to twelve bytes.
assemble old <<'S'
	.globl	f
f:
1:	nop
	nop
2:	ret
	.section .altinstr_replacement, "ax"
3:	cli
4:
	.section .altinstructions, "a"
	.align	4
	.long	1b
	.long	3b
	.byte	26
	.byte	2b - 1b
	.byte	4b - 3b
	.align	4
S
link old
accepts "$work/old" "the table of 2.6.9 is read"
"$audit" --features "$work/old" | grep -q 'word=0 bit=26 name=XMM2 cpuid=1:edx'
result $? "and names its feature"

# --- fill ---------------------------------------------------------------------------
assemble fill <<'S'
	.globl	f, g
	.type	f, @function
	.type	g, @function
f:	ret
	int3
	int3
	.balign	16, 0xcc
g:	call	f
	.balign	16, 0xcc
S
accepts "$work/fill.o" "int3 behind ret and call, up to the next function, is fill"
# Linux 6.1, i386_defconfig: a call that does not return, the linker script's
# __sched_text_end, one int3, the next function.
assemble marker <<'S'
	.globl	f, end, g
	.type	f, @function
	.type	g, @function
f:	.skip	9, 0x90
	call	f
end:	.balign	16, 0xcc
g:	ret
S
accepts "$work/marker.o" "a label of the linker script may stand before the fill"
sed 's/^end:/&	nop;/' "$work/marker.s" | assemble codelabel
objects "$work/codelabel.o" 'unexplained: .*int3' "but no instruction may"
assemble trap <<'S'
f:	nop
	int3
	ret
S
objects "$work/trap.o" 'unexplained: .*int3' "int3 in the middle of code is not"
assemble data <<'S'
	.globl	f
	.type	f, @function
	.byte	0x68, 0x60, 0x00
f:	cli
	ret
S
objects "$work/data.o" 'unexplained: f\+0x0 .*cli' \
	"data before a function does not swallow its first instruction"
assemble junk <<'S'
f:	ret
	.byte	0x0f, 0x0a
	ret
S
objects "$work/junk.o" 'undecodable: .*0f' "bytes that are no instruction are objected to"

# --- exemptions ---------------------------------------------------------------------
assemble exempt <<'S'
	.globl	f, real_mode
f:	ret
real_mode:
	cli
	lgdt	(%eax)
	ret
S
exempt() {
	printf '%s\n' "$1" >"$work/conf"
	"$audit" --exemptions="$work/conf" "$work/exempt.o" >"$work/out" 2>&1
}
exempt '# comment
real_mode 4 sixteen-bit code, never run by a guest' &&
	grep -q 'exempted sites: 2' "$work/out" && grep -q 'sixteen-bit code' "$work/out"
result $? "an exemption covers its bytes and is printed with its reason"
exempt 'real_mode 1 too short'
[ $? -eq 1 ] && grep -q 'unexplained: real_mode+0x1 .*lgdt' "$work/out"
result $? "and no more than its bytes"
exempt 'real_mode 4 all of it
f 1 nothing is here'
[ $? -eq 1 ] && grep -q 'line 2: exemption of f (1 bytes) matches nothing' "$work/out"
result $? "one that matches nothing is objected to"
exempt 'real_* 4 wildcard'
[ $? -eq 1 ] && grep -q "wildcards are not allowed" "$work/out"
result $? "wildcards are refused"
exempt 'real_mode 4'
[ $? -eq 1 ] && grep -q 'line 1 is not "SYMBOL BYTES REASON"' "$work/out"
result $? "an exemption without a reason is refused"

# The shipped file is chosen by the version in the banner.
assemble wakeup <<'S'
	.globl	f, wakeup_start
f:	ret
	.code16
wakeup_start:
	cli
	ljmp	$0x2000, $0
	.org	wakeup_start + 4096
	.code32
	.section .rodata, "a"
	.asciz	"Linux version 2.6.9 (a@b)"
S
accepts "$work/wakeup.o" "2.6 may keep 16-bit wake-up code in .text"

# Linux 2.6.39's linker script gives the build-id note the flags of the code it
# stands beside; what is a note by its type is not code.
assemble note <<'S'
	.globl	f
f:	ret
	.section .notes, "ax", @note
	.byte	0xfa, 0xdf
S
accepts "$work/note.o" "a note among the code is data"
sed 's/@note/@progbits/' "$work/note.s" | assemble nonote
objects "$work/nonote.o" 'unexplained: .*cli' "the same bytes as code are objected to"
