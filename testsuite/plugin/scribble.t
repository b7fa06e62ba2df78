#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A program in which everything a dead set names is overwritten behind every
# asm statement still computes what it computed.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

program()
{
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	typedef unsigned int u32;
	typedef unsigned long long u64;
	static volatile u32 sink;
	#define SITE() asm volatile("nop")
	static inline u32 rotate(u32 x, int n)
	{
		asm("roll %b1,%0" : "+r"(x) : "c"(n));
		return x;
	}
	static inline u64 wide(u32 a, u32 b)
	{
		u64 r;
		asm volatile("mull %2" : "=A"(r) : "0"((u64)a), "r"(b));
		return r;
	}
	static inline int carries(u32 a, u32 b)
	{
		int c;
		asm volatile("addl %2,%1" : "=@ccc"(c), "+r"(a) : "r"(b));
		return c;
	}
	static int branches(u32 a)
	{
		asm goto("testl %0,%0\n\tjz %l1" : : "r"(a) : : zero);
		return 1;
	zero:
		return 2;
	}
	static u32 __attribute__((noinline)) quiet(u32 a) { SITE(); return a ^ 0x55; }
	static u32 __attribute__((noinline)) many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f)
	{
		u32 x = a * 3, y = b * 5, z = c * 7;
		SITE();
		x += d * 11;
		SITE();
		y += e * 13;
		SITE();
		z += f * 17;
		return x ^ y ^ z ^ quiet(a) ^ quiet(b);
	}
	static u32 recursive(u32 n)
	{
		SITE();
		if (n < 2)
			return n;
		u32 r = recursive(n - 1);
		SITE();
		return r + recursive(n - 2);
	}
	static int compare(const void *a, const void *b)
	{
		u32 x = *(const u32 *)a, y = *(const u32 *)b;
		SITE();
		return x < y ? -1 : x > y;
	}
	static void sort(u32 *v, int n, int (*cmp)(const void *, const void *))
	{
		for (int i = 1; i < n; i++)
			for (int j = i; j > 0 && cmp(&v[j - 1], &v[j]) > 0; j--) {
				u32 t = v[j];
				SITE();
				v[j] = v[j - 1];
				v[j - 1] = t;
			}
	}
	static double floating(double x) { double y = x * x; SITE(); return y + x; }
	static u64 sixty_four(u64 a, u64 b) { u64 c = a * b; SITE(); c /= (b | 1); SITE(); return c - a; }
	static u32 switched(u32 i)
	{
		switch (i & 7) {
		case 0: SITE(); return i * 3;
		case 1: SITE(); return i + 9;
		case 2: return i ^ 4;
		case 3: SITE(); return i << 3;
		case 5: return i >> 1;
		default: SITE(); return ~i;
		}
	}
	int main(void)
	{
		u32 v[32], h = 17, seed = 12345;
		for (int i = 0; i < 32; i++) {
			seed = seed * 1103515245 + 12345;
			v[i] = seed;
			h = rotate(h, i) ^ (u32)wide(seed, h) ^ (u32)(wide(h, seed) >> 32);
			h += carries(seed, h) + branches(seed & 1);
			h ^= many(h, seed, i, h * 3, seed * 5, i * 7) + switched(h);
			h += (u32)sixty_four((u64)h << 20 | seed, seed);
			SITE();
			sink = h;
			h ^= (u32)floating(h % 1000);
			if (__builtin_expect(h == 12, 0)) {
				SITE();
				h++;
			}
		}
		sort(v, 32, compare);
		for (int i = 0; i < 32; i++)
			h = h * 31 + v[i];
		printf("%u %u %s\n", h, recursive(15), "done");
		return 0;
	}
	END
}

# The plain program's output is the expectation, compiled by the same compiler.
check()
{
	program
	for level in -O0 -O1 -O2 -O3 -Os '-O2 -fno-omit-frame-pointer' '-O2 -mregparm=3' \
		'-O2 -fno-ipa-ra' '-O2 -fno-inline' '-O2 -fPIC -g' '-O3 -march=i686 -mtune=pentium'; do
		$cc -m32 $level -o "$work/plain" "$work/t.c" >"$work/out" 2>&1 &&
		$cc -m32 $level -fplugin="$plugin" -fplugin-arg-afterburn-scribble-all -S -o "$work/t.s" "$work/t.c" >>"$work/out" 2>&1 &&
		$cc -m32 $level -o "$work/scribbled" "$work/t.s" >>"$work/out" 2>&1 &&
		"$work/plain" >"$work/out" && "$work/scribbled" | diff - "$work/out" >"$work/diff"
		ok "scribbling changes no result at $level"
		[ "$(grep -c '5a5a5a5' "$work/t.s")" -ge 30 ]; ok "... and it did scribble"
	done
}
each_compiler check
