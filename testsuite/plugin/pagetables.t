#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Page-table stores are found by the object they go to.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

stores() { body "$1" | grep -c '^#afterburn: store$'; }

two_level()
{
	cat >"$work/t.c" <<-'END'
	typedef struct { unsigned long pte_low; } pte_t;
	typedef struct { unsigned long pgd; } pgd_t;
	typedef struct { pgd_t pgd; } pud_t;
	typedef struct { pud_t pud; } pmd_t;
	struct fault { int a; pte_t orig; pte_t *pte; pmd_t *pmd; };
	typedef struct { unsigned long w; } own_t;
	extern pgd_t directory[1024];
	extern pte_t single;
	static inline void set_pte(pte_t *p, pte_t v) { *p = v; }
	static inline void set_pmd(pmd_t *p, pmd_t v) { *p = v; }
	static inline pte_t make(unsigned long v) { return (pte_t){v}; }
	static inline void clear_bit(int nr, volatile unsigned long *p)
	{ asm volatile("lock; btrl %1,%0" : "+m"(*p) : "Ir"(nr) : "memory"); }
	static inline int test_and_clear_bit(int nr, volatile unsigned long *p)
	{ int c; asm volatile("lock; btrl %2,%0\n\tsbbl %1,%1" : "+m"(*p), "=r"(c) : "Ir"(nr) : "memory"); return c; }
	static inline void set_64bit(unsigned long long *p, unsigned lo, unsigned hi)
	{ asm volatile("1: movl (%0),%%eax\n\tmovl 4(%0),%%edx\n\tlock cmpxchg8b (%0)\n\tjnz 1b" : : "D"(p), "b"(lo), "c"(hi) : "eax", "edx", "memory"); }
	static inline unsigned long xchg(volatile unsigned long *p, unsigned long v)
	{ asm volatile("xchgl %0,%1" : "=r"(v) : "m"(*p), "0"(v) : "memory"); return v; }
	static inline unsigned long cmpxchg(volatile unsigned long *p, unsigned long o, unsigned long n)
	{ unsigned long r; asm volatile("lock; cmpxchgl %2,%1" : "=a"(r), "+m"(*p) : "r"(n), "0"(o) : "memory"); return r; }
	static inline void locked(int nr, volatile unsigned long *p)
	{ asm volatile(".pushsection .smp_locks,\"a\"\n.balign 4\n.long 671f - .\n.popsection\n671:\n\tlock; btsl %1,%0" : "+m"(*p) : "Ir"(nr) : "memory"); }

	void plain(pte_t *p, unsigned long v) { set_pte(p, make(v)); }
	void nested(pmd_t *p, unsigned long v) { set_pmd(p, (pmd_t){{{v}}}); }
	void field(pte_t *p, unsigned long v) { p->pte_low = v; }
	void through(struct fault *f, unsigned long v) { *f->pte = make(v); }
	void ordinary(struct fault *f, unsigned long v) { f->orig = make(v); }
	void ordinary_address(struct fault *f, unsigned long v) { set_pte(&f->orig, make(v)); }
	unsigned long local(unsigned long v) { pte_t e = make(v); e.pte_low |= 1; return e.pte_low; }
	void table(int i, unsigned long v) { directory[i].pgd = v; }
	void value(unsigned long v) { single.pte_low = v; }
	void integer(unsigned long *p, unsigned long v) { *p = v; }
	void cast(pte_t *p) { unsigned *q = (unsigned *)p; *q = 0; }
	void from_void(void *p, unsigned long v) { *(pte_t *)p = make(v); }
	void loop(pte_t *p, int n) { for (; n--; p++) set_pte(p, make(n)); }
	pte_t outside(int);
	void result(pte_t *p) { *p = outside(1); }
	void bit(pte_t *p) { clear_bit(1, &p->pte_low); }
	void bit_cast(pmd_t *p) { clear_bit(1, (unsigned long *)p); }
	void bit_elsewhere(unsigned long *p) { clear_bit(1, p); }
	int young(pte_t *p) { return test_and_clear_bit(5, &p->pte_low); }
	int dirty(pte_t *p) { return test_and_clear_bit(6, &p->pte_low); }
	int other(pte_t *p) { return test_and_clear_bit(9, &p->pte_low); }
	void pae(pmd_t *p, unsigned a, unsigned b) { set_64bit((unsigned long long *)p, a, b); }
	unsigned long exchange(pte_t *p) { return xchg(&p->pte_low, 0); }
	unsigned long compare(pmd_t *p, unsigned long o, unsigned long n) { return cmpxchg((unsigned long *)p, o, n); }
	void prefixed(pte_t *p) { locked(6, &p->pte_low); }
	void volatile_store(pte_t *p, unsigned long v) { *(volatile unsigned long *)&p->pte_low = v; }
	void conditional(pte_t *p, pte_t *q, int c) { set_pte(c ? p : q, make(c)); }
	int reads(pte_t *p) { return p->pte_low & 0x20; }
	void own(own_t *p, unsigned long v) { p->w = v; }
	END
	compile -O2
	ok "compiles"
	for f in plain nested field through table cast from_void loop result bit bit_cast pae exchange \
		compare prefixed volatile_store conditional other; do
		[ "$(stores $f)" -eq 1 ]; ok "$f is a store"
	done
	for f in ordinary ordinary_address local value integer bit_elsewhere reads own; do
		! body $f | grep -q '^#afterburn: \(store\|read\)'; ok "$f is none"
	done
	for f in young dirty; do
		follows $f read '^lock; btrl'; ok "$f fetches a status bit"
	done
	follows plain store '^movl %edx, *\(%eax\)$'; ok "the plain store is one mov behind its marker"
	follows pae store '^lock cmpxchg8b'; ok "the marker stands before the storing instruction, not the loads"
	follows prefixed store '^lock; btsl'; ok "the marker stands before a lock prefix and behind the lock table"
	$cc $kernel_flags -O2 -c -o "$work/t.o" "$work/t.s" 2>"$work/out"; ok "the output assembles"
	for level in -O0 -O1 -O3 -Os; do
		compile $level && [ "$(stores field)" -eq 1 ] && [ "$(stores table)" -eq 1 ]
		ok "stores are found at $level"
	done
	compile -O2 -freg-struct-return && [ "$(stores result)" -eq 1 ] && follows result store '^movl %eax'
	ok "a call with a result in memory is split"
	compile -O2 -fplugin-arg-afterburn-types=own_t && [ "$(stores own)" -eq 1 ] && [ "$(stores plain)" -eq 0 ]
	ok "the list of types is an argument"
	compile -O2 -fplugin-arg-afterburn-off=pages && ! grep -q 'afterburn: store' "$work/t.s"
	ok "and can be switched off"
}

# A pointer merged again and again must not take exponential time.
merges()
{
	{
		echo "typedef struct { unsigned long pte; } pte_t; void set(void *);"
		echo "void f(char *p, volatile int *c) {"
		i=0
		while [ $i -lt 60 ]; do
			echo "if (c[$i]) p += c[$i]; else p -= c[$i];"
			i=$((i + 1))
		done
		echo "set(p); ((pte_t *)p)->pte = 0; }"
	} >"$work/t.c"
	timeout 900 $cc $kernel_flags -O2 -fplugin="$plugin" -S -o "$work/t.s" "$work/t.c" 2>"$work/out"
	ok "a pointer merged sixty times is followed in time"
}

# Three-level entries are written by halves; the value must arrive whole.
three_level()
{
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	typedef unsigned long long u64;
	typedef union { struct { unsigned low, high; }; u64 pte; } pte_t;
	typedef struct { u64 pgd; } pgd_t;
	static pgd_t directory[4];
	static pte_t table[8];
	static inline __attribute__((always_inline)) void set_pte(pte_t *p, pte_t v)
	{ p->high = v.high; asm volatile("" : : : "memory"); p->low = v.low; }
	__attribute__((noinline)) void whole(pgd_t *p, u64 v) { p->pgd = v; }
	__attribute__((noinline)) void copied(pgd_t *p, const pgd_t *q) { *p = *q; }
	__attribute__((noinline)) void halves(pte_t *p, u64 v) { set_pte(p, (pte_t){.pte = v}); }
	__attribute__((noinline)) void zero(pte_t *p) { p->pte = 0; }
	__attribute__((noinline)) void constant(pgd_t *p) { p->pgd = 0x123456789abcdefULL; }
	__attribute__((noinline)) pte_t make(u64 v) { return (pte_t){.pte = v}; }
	__attribute__((noinline)) void called(pte_t *p, u64 v) { *p = make(v); }
	int main(void)
	{
		whole(&directory[0], 0x1122334455667788ULL);
		copied(&directory[1], &directory[0]);
		constant(&directory[2]);
		halves(&table[1], 0xaabbccddeeff0011ULL);
		table[2].pte = ~0ULL;
		zero(&table[2]);
		called(&table[3], 0x1020304050607080ULL);
		printf("%llx %llx %llx %llx %llx %llx\n", directory[0].pgd, directory[1].pgd,
		       directory[2].pgd, table[1].pte, table[2].pte, table[3].pte);
		return 0;
	}
	END
	for level in -O0 -O2 -O3; do
		$cc -m32 $level -fno-strict-aliasing -fplugin="$plugin" -S -o "$work/t.s" "$work/t.c" >"$work/out" 2>&1 &&
		$cc -m32 -o "$work/t" "$work/t.s" >>"$work/out" 2>&1 &&
		[ "$("$work/t")" = "1122334455667788 1122334455667788 123456789abcdef aabbccddeeff0011 0 1020304050607080" ]
		ok "eight-byte entries arrive whole at $level"
		[ "$(stores whole)" -eq 2 ] && [ "$(stores halves)" -eq 2 ] && [ "$(stores copied)" -eq 2 ]
		ok "... as two marked stores"
	done
	body zero | grep '^movl \$0' | head -n 1 | grep -q '^movl \$0,(%'; ok "an entry is cleared low half first"
	body constant | grep '^movl \$' | head -n 1 | grep -q ',4(%'; ok "an entry is set high half first"
}

check()
{
	two_level
	three_level
	merges
}
each_compiler check
