#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Code without page-table stores is the same, byte for byte, with the plugin.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

check()
{
	cat >"$work/t.c" <<-'END'
	typedef struct { unsigned long flags; int depth; } state;
	static inline unsigned long save(void)
	{
		unsigned long f;
		asm volatile("pushf\n\tpop %0\n\tcli" : "=rm"(f) : : "memory");
		return f;
	}
	static inline void restore(unsigned long f)
	{
		asm volatile("push %0\n\tpopf" : : "g"(f) : "memory", "cc");
	}
	static int wide(int a)
	{
		asm volatile("cli\n\tsti\n\tcli\n\tsti\n\tcli\n\tsti\n\tcli\n\tsti");
		return a * 3;
	}
	static inline void invlpg(void *p) { asm volatile("invlpg (%0)" : : "r"(p) : "memory"); }
	static inline unsigned char inb(int port)
	{
		unsigned char v;
		asm volatile("inb %w1,%b0" : "=a"(v) : "Nd"(port));
		return v;
	}
	int a(state *s, int x) { unsigned long f = save(); s->depth += wide(x); restore(f); return wide(x); }
	int b(state *s) { if (inb(0x60)) return wide(s->depth); invlpg(s); return inb(s->depth); }
	int c(int n, char *p) { int r = 0; while (n--) { r += wide(n); p[n] = inb(n); } return r; }
	END
	for level in -O0 -O1 -O2 -O3 -Os '-O2 -g -gno-record-gcc-switches' '-O2 -fPIC' '-O2 -pg' '-O2 -march=pentium4 -falign-functions=32'; do
		$cc $kernel_flags $level -c -o "$work/plain.o" "$work/t.c" &&
		$cc $kernel_flags $level -fplugin="$plugin" -c -o "$work/with.o" "$work/t.c" &&
		cmp "$work/plain.o" "$work/with.o" >"$work/out" 2>&1
		ok "object file is the same at $level"
	done
	compile -O2 && grep -q '#afterburn: end' "$work/t.s"; ok "although its sites are marked"

	cat >"$work/t.c" <<-'END'
	typedef struct { unsigned long pte; } pte_t;
	static inline void set(pte_t *p, unsigned long v) { *p = (pte_t){v}; }
	static int user(pte_t *p, int v) { set(p, v); set(p + 1, v); set(p + 2, v * 3); return v + 1; }
	int one(pte_t *p) { return user(p, 1); }
	int two(pte_t *p) { return user(p, 2) + user(p, 3); }
	int three(pte_t *p, int n) { int s = 0; while (n--) s += user(p + n, n); return s; }
	END
	for level in -O1 -O2 -O3 -Os; do
		$cc $kernel_flags $level -c -o "$work/plain.o" "$work/t.c" &&
		$cc $kernel_flags $level -fplugin="$plugin" -c -o "$work/with.o" "$work/t.c" &&
		nm "$work/plain.o" | awk '{print $2, $3}' >"$work/plain" &&
		nm "$work/with.o" | awk '{print $2, $3}' | diff "$work/plain" - >"$work/out"
		ok "page-table stores leave the inlining as it was at $level"
	done
	for extra in '-x c++' '-m64 -mno-red-zone'; do
		echo 'void f(void) { asm volatile("hlt"); }' >"$work/t.c"
		$cc $extra -fplugin="$plugin" -S -o "$work/t.s" "$work/t.c" >"$work/out" 2>&1 &&
			! grep -q afterburn: "$work/t.s"
		ok "$extra is left alone"
	done
}
each_compiler check
