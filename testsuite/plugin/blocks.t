#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Block copies into page tables are followed by a hook that tells where and how much.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

hooks() { body "$1" | grep -c '^#afterburn: hook=2$'; }

check()
{
	cat >"$work/t.c" <<-'END'
	typedef struct { unsigned long pgd; } pgd_t;
	typedef struct { unsigned long pte; } pte_t;
	extern pgd_t directory[1024];
	static pte_t boot[1024];
	extern void *memcpy(void *, const void *, unsigned long);
	extern void *memset(void *, int, unsigned long);
	extern void clear_page(void *);
	static inline void clone_pgd_range(pgd_t *d, pgd_t *s, int n) { memcpy(d, s, n * sizeof(*d)); }
	static inline void *string_copy(void *to, const void *from, unsigned long n)
	{
		int a, b, c;
		asm volatile("rep ; movsl\n\ttestb $2,%b4\n\tje 1f\n\tmovsw\n1:\ttestb $1,%b4\n\tje 2f\n\tmovsb\n2:"
			     : "=&c"(a), "=&D"(b), "=&S"(c) : "0"(n / 4), "q"(n), "1"((long)to), "2"((long)from) : "memory");
		return to;
	}
	static inline void *pointer_copy(void *to, const void *from, unsigned long n)
	{
		int a, b, c;
		asm volatile("rep ; movsl" : "=&c"(a), "=&D"(b), "=&S"(c) : "0"(n / 4), "1"(to), "2"(from) : "memory");
		return to;
	}
	void clone(pgd_t *p) { clone_pgd_range(p + 512, directory + 512, 512); }
	void variable(pgd_t *p, int n) { memcpy(p, directory, n * sizeof(pgd_t)); }
	void zero(void) { memset(boot, 0, sizeof(boot)); }
	void page(pte_t *p) { clear_page(p); }
	void source(void *p) { memcpy(p, directory, 64); }
	void plain(char *a, char *b) { memcpy(a, b, 100); }
	void by_asm(pgd_t *p) { pointer_copy(p, directory, 2048); }
	void by_asm_integer(pgd_t *p) { string_copy(p, directory, 2048); }
	void from_asm(char *p) { pointer_copy(p, directory, 2048); }
	void all(pgd_t (*to)[16], pgd_t (*from)[16]) { typedef struct { pgd_t a[16]; } s; *(s *)to = *(s *)from; }
	void list_add(pgd_t *);
	void constructor(void *p) { list_add(p); memset(p, 0, 64); memcpy((pgd_t *)p + 16, directory + 16, 64); }
	void untyped(void *p) { memset(p, 0, 64); }
	END
	compile -O2
	ok "compiles"
	for f in clone variable zero page; do
		[ "$(hooks $f)" -eq 1 ]; ok "$f plants the hook"
	done
	for f in source plain from_asm untyped; do
		! body $f | grep -q afterburn:; ok "$f does not"
	done
	[ "$(hooks constructor)" -eq 2 ]; ok "an untyped pointer counts once the function casts it to a page table"
	for f in by_asm by_asm_integer; do
		follows $f store '^rep *; *movsl'; ok "$f is a store on the string instruction"
	done
	for builtin in -ffreestanding '-fhosted -fbuiltin'; do
		compile -O2 $builtin && [ "$(hooks clone)" -eq 1 ] && [ "$(hooks zero)" -eq 1 ]
		ok "with $builtin as well"
	done

	# Run it: the hook's arguments, taken from the registers at the hook.
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	extern void *memcpy(void *, const void *, unsigned long);
	typedef struct { unsigned long pgd; } pgd_t;
	static pgd_t directory[16];
	pgd_t pattern[4] = {{1}, {2}, {3}, {4}};
	volatile unsigned long destination, length;
	__attribute__((noinline)) void copy(pgd_t *to, int n) { memcpy(to, pattern, n * sizeof(*to)); }
	int main(void)
	{
		copy(&directory[3], 4);
		printf("%d %lu %lu\n", destination == (unsigned long)&directory[3], length, directory[6].pgd);
		return 0;
	}
	END
	$cc -m32 -O2 -fno-pic -fplugin="$plugin" -S -o "$work/t.s" "$work/t.c" 2>"$work/out" &&
		sed 's/^\t#afterburn: hook=2/\tmovl %eax,destination\n\tmovl %edx,length/' "$work/t.s" >"$work/h.s" &&
		$cc -m32 -no-pie -o "$work/t" "$work/h.s" 2>>"$work/out" && [ "$("$work/t")" = "1 16 4" ]
	ok "EAX holds the destination and EDX the bytes, behind the copy"
}
each_compiler check
