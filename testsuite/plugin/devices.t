#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Device accesses are found by the names of the accessors.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

devices() { body "$1" | grep -c '^#afterburn: device$'; }

check()
{
	cat >"$work/t.c" <<-'END'
	#define READ(name, size, type, reg) static inline type name(const volatile void *a) \
	{ type r; asm volatile("mov" size " %1,%0" : reg(r) : "m"(*(volatile type *)a) : "memory"); return r; }
	#define WRITE(name, size, type, reg) static inline void name(type v, volatile void *a) \
	{ asm volatile("mov" size " %0,%1" : : reg(v), "m"(*(volatile type *)a) : "memory"); }
	READ(readb, "b", unsigned char, "=q")
	READ(__raw_readl, "l", unsigned, "=r")
	WRITE(writew, "w", unsigned short, "r")
	static inline unsigned short readw(const volatile void *a) { return *(volatile unsigned short *)a; }
	static inline unsigned readl(const volatile void *a) { return *(volatile unsigned *)a; }
	static inline void writeb(unsigned char v, volatile void *a) { *(volatile unsigned char *)a = v; }
	static inline void writel(unsigned v, volatile void *a) { *(volatile unsigned *)a = v; }
	static inline unsigned peek(volatile unsigned *a) { return *a; }
	static inline void barrier_writel(unsigned v, volatile void *a) { asm volatile("" : : : "memory"); *(volatile unsigned *)a = v; }
	int a1(void *p) { return readb(p); }
	int a2(void *p) { return __raw_readl(p); }
	void a3(void *p) { writew(3, p); }
	int d1(void *p) { return readw(p + 2); }
	int d2(void *p) { return readl(p); }
	void d3(void *p, int v) { writeb(v, p); }
	void d4(void *p) { writel(7, p); }
	void copy(void *p, unsigned *v, int n) { while (n--) writel(*v++, p); }
	int none(unsigned *p) { return peek(p); }
	void other(void *p) { barrier_writel(1, p); }
	END
	compile -O2
	ok "compiles"
	for f in a1 a2 a3 d1 d2 d3 d4 copy; do
		[ "$(devices $f)" -eq 1 ]; ok "$f is a device access"
	done
	for f in none other; do
		! body $f | grep -q afterburn:; ok "$f is none"
	done
	follows d4 device '^movl \$7, *\(%eax\)$'; ok "a volatile store becomes one mov of its width"
	follows d1 device '^movw 2\(%eax\), *%ax$'; ok "a volatile load becomes one mov of its width"
	compile -O2 -fplugin-arg-afterburn-accessors=peek && [ "$(devices none)" -eq 1 ]
	ok "the list of names can be extended"
	compile -O2 -fplugin-arg-afterburn-device=off && ! grep -q 'afterburn: device' "$work/t.s"
	ok "and switched off"

	# The values still arrive.
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	static inline unsigned char readb(const volatile void *a) { return *(volatile unsigned char *)a; }
	static inline unsigned short readw(const volatile void *a) { return *(volatile unsigned short *)a; }
	static inline unsigned readl(const volatile void *a) { return *(volatile unsigned *)a; }
	static inline void writeb(unsigned char v, volatile void *a) { *(volatile unsigned char *)a = v; }
	static inline void writew(unsigned short v, volatile void *a) { *(volatile unsigned short *)a = v; }
	static inline void writel(unsigned v, volatile void *a) { *(volatile unsigned *)a = v; }
	unsigned char m[8];
	int main(int c, char **v)
	{
		writel(0x11223344 + c, m);
		writew(0x5566 * c, m + 4);
		writeb(c + 0x76, m + 6);
		printf("%x %x %x %x\n", readl(m), readw(m + 4), readb(m + 6), readb(m + 3));
		return 0;
	}
	END
	for level in -O0 -O2; do
		$cc -m32 $level -fplugin="$plugin" -o "$work/t" "$work/t.c" 2>"$work/out" &&
			[ "$("$work/t")" = "11223345 5566 77 11" ]
		ok "values arrive at $level"
	done
}
each_compiler check
