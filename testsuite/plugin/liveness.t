#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The dead sets: nothing live is in them, and what is dead is.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

# Registers are bits by Intel's numbering: eax 1 ecx 2 edx 4 ebx 8 esp 10 ebp 20 esi 40 edi 80.
check()
{
	cat >"$work/t.c" <<-'END'
	__attribute__((regparm(0))) void entered(int a) { (void)a; asm volatile("cli"); }
	void leaf(void) { asm volatile("cli"); }
	int result(int a) { asm volatile("cli"); return a; }
	int three(int a, int b, int c) { asm volatile("cli"); return a + b * c; }
	long long pair(long long a) { asm volatile("sti"); return a; }
	void stack(void) { asm volatile("popf" : : : "memory", "cc"); }
	int flags(void)
	{
		int z;
		asm volatile("lar %%ax,%%ax" : "=@ccz"(z) : : "eax");
		return z;
	}
	void take(int, int, int);
	int kept(int a)
	{
		take(1, 2, 3);
		asm volatile("hlt");
		return a;
	}
	int byte(int a) { asm volatile("cli"); return (unsigned char)a; }
	__attribute__((noinline)) static int quiet(int a)
	{
		asm volatile("cli" : : : "memory");
		return a;
	}
	int trusting(int a, int b) { return quiet(a) + b; }
	void spent(int a)
	{
		take(1, 2, 3);
		take(a, a, a);
		asm volatile("hlt");
	}
	__attribute__((naked)) void naked(void) { asm volatile("iret"); }
	void leaves(void *to)
	{
		asm volatile("cli; jmp *%0" : : "r"(to));
		__builtin_unreachable();
	}
	void returns(void) { asm volatile("pushf; push %%cs; push $1f; iretl\n1:" : : : "memory"); }
	void resumes(int a)
	{
		asm volatile("1: movl %0,%%gs\n.section .fixup,\"ax\"\n2: xorl %0,%0\n"
			     "jmp 1b\n.previous\n.section __ex_table,\"a\"\n.long 1b,2b\n.previous"
			     : : "r"(a));
	}
	register long pinned asm("ebx");
	long global(void) { asm volatile("cli"); return 0; }
	void two(int a)
	{
		asm volatile("cli");
		take(a, a, a);
		asm volatile("sti");
	}
	END
	compile -O2
	ok "compiles"
	[ "$(dead leaf)" = "7 3f" ]; ok "a leaf without values: the three scratch registers and all flags"
	[ "$(dead entered)" = "6 3f" ]; ok "eax behind a void function that assembly code calls is live"
	[ "$(dead result)" = "6 3f" ]; ok "a value live in eax is not dead"
	[ "$(dead three)" = "0 3f" ]; ok "three live arguments leave no register"
	[ "$(dead pair)" = "2 3f" ]; ok "both halves of a register pair are live"
	[ "$(dead stack)" = "7 3f" ]; ok "an asm statement ends the flags even without an operand"
	[ "$(dead flags)" = "7 0" ]; ok "a flag output keeps the flags alive"
	[ "$(dead kept)" = "7 3f" ]; ok "a value kept in a preserved register is live, and so are the caller's"
	[ "$(dead spent)" = "47 3f" ] || [ "$(dead spent)" = "f 3f" ] || [ "$(dead spent)" = "87 3f" ]
	ok "a preserved register that was saved is dead when its value is spent"
	[ "$(dead byte)" = "6 3f" ]; ok "a partly used register is live"
	[ "$(dead quiet)" = "0 3f" ]; ok "registers a caller knows to be unchanged are live (-fipa-ra)"
	[ "$(dead naked)" = "0 0" ]; ok "in a naked function everything is live"
	[ "$(dead leaves)" = "0 0" ]; ok "where control leaves unseen everything is live"
	[ "$(dead returns)" = "0 0" ]; ok "where the last instruction goes elsewhere everything is live"
	[ "$(dead resumes)" = "6 3f" ]; ok "operands of a statement with fix-up code are live"
	[ "$(dead global)" = "7 3f" ]; ok "a global register variable is live"
	body two | grep -c 'flags=3f' | grep -qx 2; ok "each statement has its own dead set"

	compile -O2 -fno-omit-frame-pointer
	for f in leaf result kept two; do
		set -- "$(dead $f)"
		[ $((0x${1% *} & 0x30)) -eq 0 ] || echo "$f: $1"
	done >"$work/bad"
	[ ! -s "$work/bad" ]; ok "frame and stack pointer are never dead"

	compile -O2 -ffixed-ecx
	[ "$(dead leaf)" = "5 3f" ]; ok "a fixed register is never dead"

	for level in -O0 -O1 -O3 -Os; do
		compile $level && [ "$(dead leaf)" = "7 3f" ] &&
			[ $((0x$(dead result | cut -d' ' -f1) & 0xf8)) -eq 0 ]
		ok "leaf functions at $level"
	done
	compile -O2 -g && [ "$(dead result)" = "6 3f" ]; ok "debug information changes nothing"
}
each_compiler check
