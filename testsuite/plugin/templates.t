#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every form of asm statement carries its markers, and nothing else changes in it.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

marked() # FUNCTION: one begin and one end, in this order
{
	[ "$(body "$1" | sed -n 's/^#afterburn: \(begin\|end\).*/\1/p' | tr '\n' ' ')" = "begin end " ]
}

check()
{
	cat >"$work/t.c" <<-'END'
	void basic(void) { asm("cli"); }
	long long msr(int c)
	{
		unsigned lo, hi;
		asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(c));
		return (unsigned long long)hi << 32 | lo;
	}
	void cpuid(unsigned *v)
	{
		asm volatile("cpuid" : "=a"(v[0]), "=b"(v[1]), "=c"(v[2]), "=d"(v[3]) : "0"(v[0]), "2"(v[2]));
	}
	int jumps(int p)
	{
		asm goto("cli\n\ttestl %0,%0\n\tjz %l1" : : "r"(p) : "memory" : out);
		return 1;
	out:
		return 2;
	}
	int percent(void) { int v; asm volatile("mov %%ds,%0" : "=r"(v)); return v; }
	int dialect(void) { int v; asm volatile("mov{l}\t{%%cr3, %0|%0, cr3}" : "=r"(v)); return v; }
	void bytes(void) { asm volatile(".byte 0x0f, 0x01, 0xc8" : : "a"(0), "c"(0), "d"(0)); }
	void alternative(int v)
	{
		asm volatile("661:\n\tcli\n662:\n.pushsection .altinstructions,\"a\"\n .long 661b\n"
			     " .byte 662b-661b\n.popsection\n.pushsection .altinstr_replacement,\"ax\"\n"
			     "663:\n\tnop\n664:\n.popsection" : : "r"(v));
	}
	void rep(void *p, int n) { asm volatile("rep; insb" : "+D"(p), "+c"(n) : "d"(1) : "memory"); }
	void macro(int v) { asm volatile("out" "b %b0,%w1" : : "a"(v), "Nd"(0x80)); }
	void upper(void) { asm volatile("HLT"); }
	void harmless(int *p)
	{
		asm volatile("" : : : "memory");
		asm volatile("movl $1,%0\n\tmfence" : "=m"(*p));
		asm volatile("movl %%fs:0,%0" : "=r"(*p));
		asm volatile("call *%0" : : "r"(p));
		asm volatile("pushl %0\n\tpopl %0" : "+r"(p));
		asm volatile("# cli is only named here\n\tlock; incl %0" : "+m"(*p));
		asm volatile(".byte 0x90");
		asm volatile("1:\t.byte 0x0f, 0x0b\n.pushsection __bug_table,\"aw\"\n.long 1b\n.popsection");
	}
	END
	compile -O2
	ok "compiles"
	for f in basic msr cpuid jumps percent dialect bytes alternative rep macro upper; do
		marked $f
		ok "$f is marked"
	done
	! body harmless | grep -q afterburn:; ok "what cannot be sensitive is not marked"
	body percent | grep -q '^mov %ds,%eax$'; ok "an escaped percent sign survives"
	body dialect | grep -q '^movl %cr3, %eax$'; ok "the AT&T alternative survives"
	body alternative | tail -n 3 | grep -q '^#afterburn: end'
	ok "the end of a statement with pushed sections stands behind them"
	$cc $kernel_flags -O2 -c -o "$work/t.o" "$work/t.s" 2>"$work/out"; ok "the output assembles"

	compile -O2 -masm=intel && grep -q 'mov	eax, cr3' "$work/t.s"
	ok "the Intel alternative survives"
}
each_compiler check
