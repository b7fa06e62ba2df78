#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Code without sensitive instructions comes out of the pass byte for byte.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 10

cat >"$work/c.c" <<'END'
/* cli; sti: only words */
extern int outside;
static const char *const words[] = {"cli", "; sti #", "pushf\n\thlt", "\\\"in\\"};
const char *word(int n) { return words[n & 3]; }
double scale(float x, double y) { return x * y + outside; }
int pick(int n)
{
	switch (n) {
	case 1: return 'c';
	case 2: return ';';
	case 3: return outside;
	case 4: return (int)scale(1.5f, n);
	case 5: return word(n)[1];
	}
	__asm__ volatile("nop # hlt\n\tlock; addl $0,(%esp) /* cli */; rep; nop");
	return n;
}
END

same_by_gcc() {
	${GUEST_CC:-gcc-12} -m32 "$@" -c -o "$work/plain.o" "$work/c.c" || return
	${GUEST_CC:-gcc-12} -m32 "$@" -B"$top_builddir/libexec/afterburner/toolchain/" \
		-c -o "$work/passed.o" "$work/c.c" || return
	cmp "$work/plain.o" "$work/passed.o"
}

check "-O2" same_by_gcc -O2
check "debug information: -g3" same_by_gcc -g3 -O1
check "position-independent code" same_by_gcc -fPIC -g -O2
check "SSE and MMX" same_by_gcc -O3 -msse2 -mfpmath=sse
check "text on standard input: -pipe" same_by_gcc -pipe -O2
check "unwind tables and sections" same_by_gcc -fasynchronous-unwind-tables -ffunction-sections

cat >"$work/words.s" <<'END'
# cli
/ sti, and this whole line is a comment
	/* hlt
	   pushf */ nop
cli:	.ascii "cli; popf # \" sti"; .byte ';', '#, '"', '\n
	movb $';,%al; movb $'#', %ah
	.section .rodata
	.asciz "in %dx,%al"
	.byte 0xfa
	.data
	.set outb, 5
hlt = 7
	.long sti, cli, hlt, outb
	.section .note.cli,"",@progbits
	.text
	jmp cli; call in
in:	movl %gs:4(%eax), %ebx; movl sti, %ebx; pushl in; popl (%eax)
	int80 = 3
	jmp *%eax; call *4(%ebx)
	.if 0
	.endif
sti:	ret
END

same_by_as() {
	as --32 "$@" -o "$work/plain.o" "$work/words.s" || return
	"$as_pass" --32 "$@" -o "$work/passed.o" "$work/words.s" || return
	cmp "$work/plain.o" "$work/passed.o"
}

check "words in strings, comments, characters, labels, data" same_by_as
check "the same with gas's own debug information" same_by_as -g

same_64() {
	printf '\tcli\n\tmovq %%cr3,%%rax\n' >"$work/x.s"
	as --64 -o "$work/plain.o" "$work/x.s" && "$as_pass" --64 -o "$work/passed.o" "$work/x.s" &&
		cmp "$work/plain.o" "$work/passed.o"
}
check "64-bit code is not ours" same_64

same_off() {
	printf '\tcli\n\tmovl %%cr3,%%eax\n' >"$work/x.s"
	as --32 -o "$work/plain.o" "$work/x.s" &&
		"$as_pass" --32 --afterburn-off -o "$work/passed.o" "$work/x.s" &&
		cmp "$work/plain.o" "$work/passed.o"
}
check "--afterburn-off" same_off
