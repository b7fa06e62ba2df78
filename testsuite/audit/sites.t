#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sites that tell the truth are accepted; each lie is objected to.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 33

# --- the truth ---------------------------------------------------------------
assemble true <<'S'
	.globl	f
	.type	f, @function
f:	PREFIXED 1, 7, NOTHING, cli
	PREFIXED 2, 6, NOTHING, sti
	PREFIXED 22, 5, 0x03, mov %cr0, %ebx
	PREFIXED 30, 5, 0x30, mov %eax, %ds
	PREFIXED 18, 9, 0xf0, in %dx, %eax
	.set PREFIX, 0x3e
	PREFIXED 38, 7, 0x400ff, lgdt 4(%eax)
	.set PREFIX, 0x36
	PREFIXED 38, 7, 0x400ff, lgdt 4(%ebp)
	SITE_AFTER 20, 0x100000 + NOTHING, rep insb
	BARE 10, 0x80000 + 0x80ff, int $0x80
	ret
S
accepts "$work/true.o" "an object whose records are true"
link true
accepts "$work/true" "the same, linked"
"$audit" --format=json "$work/true" >"$work/json" 2>"$work/out" &&
	perl -MJSON::PP -e 'local $/; my $a = decode_json(<STDIN>);
		exit !($a->{clean} && $a->{total}{annotated} == 9 && $a->{total}{sites} == 9)' \
		<"$work/json"
result $? "JSON is valid and counts nine annotated sites"
strip -s -o "$work/stripped" "$work/true"
accepts "$work/stripped" "without symbols"

# --- annotation removed ------------------------------------------------------
while read -r class insn; do
	printf 'f:\t%s\n\tret\n' "$insn" | assemble bare
	objects "$work/bare.o" "^unexplained: f\+0x0 .*: " "without a record: $insn ($class)"
done <<'S'
cli cli
popf popf
mov_to_cr mov %eax,%cr3
mov_from_seg mov %ds,(%eax)
in inb %dx,%al
sldt sldt %eax
monitor .byte 0x0f,0x01,0xc8
lcall lcall *(%eax)
S

# --- the record lies ----------------------------------------------------------
lie() {
	assemble lie
	objects "$work/lie.o" "$1" "$2"
}
lie 'record says cli, the bytes say sti' "class changed" <<'S'
f:	PREFIXED 1, 7, NOTHING, sti
	ret
S
lie 'not made of redundant' "a prefix of the padding changes the segment" <<'S'
	.set PREFIX, 0x2e
f:	PREFIXED 38, 7, 0x400ff, lgdt 4(%eax)
	ret
S
lie 'do not decode as one|not made of' "padding overwritten by an instruction" <<'S'
f:
1:	.byte	0x2e, 0x2e, 0x40, 0x2e, 0x2e, 0x2e, 0x2e
2:	cli
3:	RECORD 1b, 3b-1b, 2b-1b, 3b-2b, 1, PAD_PREFIX
	ret
S
lie 'not made of NOPs' "NOPs overwritten by an instruction" <<'S'
f:
1:	rep insb
2:	nop
	inc	%eax
	nop
	nop
	nop
	nop
3:	RECORD 1b, 3b-1b, 0, 2b-1b, 20, PAD_AFTER, 0x100000 + NOTHING
	ret
S
lie 'site begins inside|record says' "record shifted by one byte" <<'S'
f:	mov	$0x12345678, %eax
	.set	PREFIX, 0x2e
1:	.fill	7, 1, 0x2e
2:	cli
3:	RECORD 1b-1, 8, 7, 1, 1, PAD_PREFIX
	ret
S
lie 'second record' "record doubled" <<'S'
f:
1:	.fill	7, 1, 0x2e
2:	cli
3:	RECORD 1b, 8, 7, 1, 1, PAD_PREFIX
	RECORD 1b, 8, 7, 1, 1, PAD_PREFIX
	ret
S
lie 'overlaps' "sites overlap" <<'S'
f:
1:	.fill	7, 1, 0x2e
2:	cli
3:	RECORD 1b, 8, 7, 1, 1, PAD_PREFIX
	RECORD 2b, 1, 0, 1, 1, PAD_NONE
	ret
S
lie 'cli needs' "site too small to be bound" <<'S'
f:	PREFIXED 1, 2, NOTHING, cli
	ret
S
lie 'needs 1[0-9]' "site too small for its memory operand" <<'S'
	.set PREFIX, 0x3e
f:	PREFIXED 38, 3, 0x400ff, lgdt 4(%eax)
	ret
S
lie 'names general register' "wrong general register" <<'S'
f:	PREFIXED 22, 5, 0x00, mov %cr0, %ebx
	ret
S
lie 'names system register' "wrong control register" <<'S'
f:	PREFIXED 22, 5, 0x33, mov %cr0, %ebx
	ret
S
lie 'names system register' "wrong segment register" <<'S'
f:	PREFIXED 30, 5, 0x10, mov %eax, %ds
	ret
S
lie 'names 33, ' "wrong vector" <<'S'
f:	BARE 10, 0x80000 + 0x21ff, int $0x80
	ret
S
lie 'operand word' "a rep prefix the record does not know" <<'S'
f:	SITE_AFTER 20, NOTHING, rep insb
	ret
S
lie 'its shadow' "NOPs behind sti" <<'S'
f:	SITE_AFTER 2, NOTHING, sti
	ret
S
lie 'may fault' "NOPs before an instruction that may fault" <<'S'
f:	SITE_BEFORE 57, NOTHING, wrmsr
	ret
S
lie 'must not be padded' "padding around int" <<'S'
f:	SITE_AFTER 10, 0x80000 + 0x80ff, int $0x80
	ret
S
lie 'access to memory covers' "a sensitive instruction called a page-table store" <<'S'
	.set PREFIX, 0x3e
f:
1:	.fill	7, 1, 0x3e
2:	lgdt	(%eax)
3:	RECORD 1b, 3b-1b, 7, 3b-2b, 0, PAD_PREFIX, NOTHING, 2
	ret
S
lie 'access to memory, the bytes' "a register move called a page-table store" <<'S'
f:
1:	mov	%eax, %ebx
2:	NOP7
3:	RECORD 1b, 3b-1b, 0, 2b-1b, 0, PAD_AFTER, NOTHING, 2
	ret
S
lie 'says [0-9]+ bytes, the instruction has' "wrong length of the instruction" <<'S'
f:
1:	.fill	5, 1, 0x2e
2:	mov	%cr0, %eax
	nop
3:	RECORD 1b, 9, 5, 4, 22, PAD_PREFIX, 0
	ret
S
lie 'unknown|kind' "a record of no known kind" <<'S'
f:
1:	cli
2:	RECORD 1b, 1, 0, 1, 0, PAD_NONE, NOTHING, 9
	ret
S
