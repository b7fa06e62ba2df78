#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Line numbers, file names and messages are the user's.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 7

cat >"$work/c.c" <<'END'
static inline unsigned long save(void)
{
	unsigned long flags;
	__asm__ volatile("pushf ; pop %0 ; cli"
			 : "=g"(flags) : : "memory");
	return flags;
}
int work(int *p, int n)
{
	unsigned long flags = save();
	int sum = 0;
	for (int i = 0; i < n; i++) {
		sum += p[i];
		__asm__ volatile("outb %%al,$0x80" : : "a"(sum));
	}
	__asm__ volatile("push %0 ; popf" : : "g"(flags) : "memory", "cc");
	return sum;
}
END

# file, line and flags of every row of the line table, without addresses
rows() {
	objdump --dwarf=decodedline "$1" |
		awk '$1 ~ /\.c$|\.s$/ && $2 ~ /^[0-9]+$/ { print $1, $2, $4, $5, $6 }'
}

same_rows() {
	${GUEST_CC:-gcc-12} -m32 -g -O2 -c -o "$work/plain.o" "$work/c.c" || return
	${GUEST_CC:-gcc-12} -m32 -g -O2 -B"$top_builddir/libexec/afterburner/toolchain/" \
		-c -o "$work/passed.o" "$work/c.c" || return
	rows "$work/plain.o" >"$work/plain.rows"
	rows "$work/passed.o" >"$work/passed.rows"
	[ "$(wc -l <"$work/plain.rows")" -gt 10 ] && ! cmp -s "$work/plain.o" "$work/passed.o" &&
		diff "$work/plain.rows" "$work/passed.rows"
}
check "gcc -g: the line table differs in addresses only" same_rows

# The row of line 2 must begin where the site begins, not at the opcode.
cat >"$work/loc.s" <<'END'
	.file 1 "loc.c"
	.loc 1 1
	nop
	.loc 1 2
	cli
	.loc 1 3
	nop
END
row_at_start() {
	passed "$work/loc.s" &&
		objdump --dwarf=decodedline "$work/loc.o" | grep -E '^loc.c +2 +0x1( |$)'
}
check "a row of the line table names the start of the site" row_at_start

cat >"$work/own.s" <<'END'
	.text
	cli
	sti; nop

	hlt
END
own_rows() {
	plain "$work/own.s" && as --32 -g -o "$work/own.plain.o" "$work/own.s" &&
		passed "$work/own.s" -g || return
	rows "$work/own.plain.o" >"$work/plain.rows"
	rows "$work/own.o" >"$work/passed.rows"
	[ -s "$work/plain.rows" ] && diff "$work/plain.rows" "$work/passed.rows"
}
check "as -g: the same lines of the same file" own_rows

message() {
	printf '\tcli\n\n\tnonsense %%eax\n' >"$work/bad.s"
	! "$as_pass" --32 -o "$work/bad.o" "$work/bad.s" 2>"$work/err" &&
		cat "$work/err" && grep -q "^$work/bad.s:3: Error: .*nonsense" "$work/err" &&
		[ ! -e "$work/bad.o" ]
}
check "gas's messages name the user's file and line" message

message_gcc() {
	printf 'void f(void)\n{\n\tasm("cli");\n\tasm("nonsense");\n}\n' >"$work/bad.c"
	! ${GUEST_CC:-gcc-12} -m32 -B"$top_builddir/libexec/afterburner/toolchain/" -c \
		-o "$work/bad.o" "$work/bad.c" 2>"$work/err"
	cat "$work/err"
	grep -q "^$work/bad.c:4: Error: .*nonsense" "$work/err"
}
check "through gcc they name the C file and line" message_gcc

in_include() {
	mkdir -p "$work/inc"
	printf '\tcli\n\tnonsense2\n' >"$work/inc/part.inc"
	printf '\tnop\n\t.include "part.inc"\n\tnonsense1\n' >"$work/outer.s"
	! "$as_pass" --32 -I "$work/inc" -o "$work/bad.o" "$work/outer.s" 2>"$work/err"
	cat "$work/err"
	grep -q "part.inc:2: Error: .*nonsense2" "$work/err" &&
		grep -q "outer.s:3: Error: .*nonsense1" "$work/err"
}
check "an included file that is rewritten keeps its name and lines" in_include

exit_status() {
	"$as_pass" --32 -o "$work/none.o" "$work/does-not-exist.s" 2>"$work/err"
	[ $? -eq 1 ] && grep "does-not-exist.s" "$work/err"
}
check "a missing file is gas's own error" exit_status
