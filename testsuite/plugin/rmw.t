#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Memory an asm statement reads and writes but declares as output only: without
# the cure the compiler drops the store before it, with the cure it does not.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

check()
{
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	#define WORD (*(volatile long *)p)
	static inline void set_bit(int nr, volatile void *p)
	{ asm volatile("btsl %1,%0" : "=m"(WORD) : "Ir"(nr)); }
	static inline int test_and_set_bit(int nr, volatile void *p)
	{ int old; asm volatile("lock ; btsl %2,%1\n\tsbbl %0,%0" : "=r"(old), "=m"(WORD) : "Ir"(nr)); return old; }
	static inline void increment(int *p) { asm volatile("incl %0" : "=m"(*p)); }
	static inline void add(int n, int *p) { asm volatile("addl %1,%0" : "=m"(*p) : "ir"(n)); }
	static inline int variable_test_bit(int nr, const volatile void *p)
	{ int old; asm volatile("btl %2,%1\n\tsbbl %0,%0" : "=r"(old) : "m"(WORD), "Ir"(nr)); return old; }
	struct page { unsigned long flags; int count; };
	__attribute__((noinline)) void set(struct page *q) { q->flags = 0x100; set_bit(3, &q->flags); }
	__attribute__((noinline)) void count(struct page *q) { q->count = 5; increment(&q->count); add(10, &q->count); }
	__attribute__((noinline)) int fetch(struct page *q) { q->flags = 2; return test_and_set_bit(1, &q->flags); }
	__attribute__((noinline)) int beyond(int n)
	{
		unsigned long map[4];
		map[0] = 0; map[1] = 0; map[2] = 1 << 5; map[3] = 0;
		return variable_test_bit(n, map) != 0;
	}
	int main(void)
	{
		static struct page q;
		q.flags = ~0ul;
		q.count = 77;
		set(&q);
		printf("%lx ", q.flags);
		count(&q);
		printf("%d ", q.count);
		q.flags = 0;
		printf("%d ", fetch(&q));
		printf("%lx ", q.flags);
		{ int dirt[64]; for (int i = 0; i < 64; i++) ((volatile int *)dirt)[i] = -1; }
		printf("%d\n", beyond(69));
		return 0;
	}
	END
	right='108 16 -1 2 1'
	$cc -m32 -O2 -o "$work/t" "$work/t.c" && [ "$("$work/t")" != "$right" ]
	ok "without the plugin the program is miscompiled: the test can fail"
	for level in -O1 -O2 -O3 -Os; do
		$cc -m32 $level -fplugin="$plugin" -o "$work/t" "$work/t.c" 2>"$work/out" && "$work/t" >"$work/out" &&
			[ "$(cat "$work/out")" = "$right" ]
		ok "with it, right at $level"
	done
	$cc -m32 -O2 -fplugin="$plugin" -fplugin-arg-afterburn-rmw=off -o "$work/t" "$work/t.c" && [ "$("$work/t")" != "$right" ]
	ok "it is this cure that does it"

	cat >"$work/t.c" <<-'END'
	static inline void good(int nr, volatile long *p) { asm volatile("btsl %1,%0" : "+m"(*p) : "Ir"(nr) : "memory"); }
	static inline void also(int *p) { asm volatile("incl %0" : "=m"(*p) : "m"(*p)); }
	struct counter { volatile int v; };
	static inline void member(struct counter *c) { asm volatile("lock; addl %1,%0" : "=m"(c->v) : "ir"(3), "m"(c->v)); }
	static inline void element(int **p, int i) { asm volatile("incl %0" : "=m"(p[i][3]) : "m"(p[i][3])); }
	static inline void pure(int *p, int v) { asm volatile("movl %1,%0" : "=m"(*p) : "r"(v)); }
	static inline void saved(void *p) { asm volatile("sidt %0" : "=m"(*(short *)p)); }
	static inline int reg(int v) { asm("incl %0" : "=r"(v) : "0"(v)); return v; }
	int all(long *l, int *p) { good(1, l); also(p); member((struct counter *)p); element(&p, *p); *p = 3; pure(p, 4); saved(l); return reg(*p); }
	END
	compile -O2 -fplugin-arg-afterburn-verbose && [ ! -s "$work/log" ]
	ok "right constraints and pure outputs are left alone"

	cat >"$work/t.c" <<-'END'
	int flag(volatile int *p, volatile int *q)
	{
		asm goto("btrl $3,%0\n\tjc %l2" : "=m"(*p) : "m"(*q) : : set);
		return 0;
	set:	return 1;
	}
	END
	compile -O2 && grep -q '#afterburn: note .*flag: asm goto reads memory' "$work/t.s"
	ok "an asm goto cannot be cured: it gets a note"
}
each_compiler check
