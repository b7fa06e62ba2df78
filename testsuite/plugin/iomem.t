#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Device memory that is dereferenced: found by where the pointer comes from.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

devices() { body "$1" | grep -c '^#afterburn: device$'; }

check()
{
	cat >"$work/t.c" <<-'END'
	struct regs { unsigned control; unsigned char mode, pad[3]; unsigned long long wide; unsigned bits : 4; };
	struct board { struct regs *regs; unsigned *ram; void *bar[2]; };
	extern void *ioremap(unsigned long, unsigned long);
	extern void *memcpy(void *, const void *, unsigned);
	static volatile unsigned *window;
	static inline void *map(unsigned long a) { return ioremap(a, 4096); }
	void probe(struct board *b, unsigned *ram)
	{
		b->regs = ioremap(0xd0000, 64);
		b->ram = ram;
		b->bar[1] = ioremap(0xe0000, 64);
		window = ioremap(0xf0000, 64);
	}
	unsigned local(void) { unsigned *p = ioremap(0xc0000, 4); return *p; }
	void inlined(void) { *(volatile char *)map(1) = 3; }
	unsigned field(struct board *b) { return b->regs->control; }
	void member(struct board *b, unsigned char m) { b->regs->mode = m; }
	unsigned element(struct board *b) { return ((unsigned *)b->bar[0])[3]; }
	void global(unsigned v) { window[2] = v; }
	unsigned either(struct board *b, int c) { unsigned *p = c ? (unsigned *)b->regs : b->bar[0]; return p[c]; }
	void both(struct board *b) { b->regs->control |= 1; }
	unsigned ram(struct board *b) { return *b->ram; }
	void *pointer(struct board *b) { return b->regs; }
	unsigned other(unsigned *p) { return *p; }
	unsigned long long wide(struct board *b) { return b->regs->wide; }
	void bits(struct board *b) { b->regs->bits = 3; }
	void block(struct board *b, void *to) { memcpy(to, b->regs, 300); }
	static inline void *__memcpy(void *to, const void *from, unsigned n)
	{ int c, s, d; asm volatile("rep ; movsl" : "=&c"(c), "=&D"(d), "=&S"(s) : "0"(n / 4), "1"(to), "2"(from) : "memory"); return to; }
	static inline void memcpy_fromio(void *to, const volatile void *from, unsigned n) { __memcpy(to, (const void *)from, n); }
	void fromio(void *to, void *from) { memcpy_fromio(to, from, 64); }
	void copy(void *to, void *from) { __memcpy(to, from, 64); }
	END
	compile -O2
	ok "compiles"
	for f in local inlined field member element global either; do
		[ "$(devices $f)" -eq 1 ]; ok "$f is a device access"
	done
	[ "$(devices both)" -eq 2 ]; ok "read and write are two"
	for f in ram pointer other copy probe; do
		[ "$(devices $f)" -eq 0 ]; ok "$f is none"
	done
	[ "$(devices fromio)" -eq 1 ] && follows fromio device '^rep ; movsl$'
	ok "memcpy_fromio: its string instruction"
	for f in wide bits; do
		[ "$(devices $f)" -eq 0 ] && grep -q "#afterburn: note .*$f: access to device memory that is not a whole register" "$work/t.s"
		ok "$f gets a note instead"
	done
	grep -q '#afterburn: note .*block: device memory is argument 2 of memcpy' "$work/t.s"
	ok "memcpy of device memory gets a note"
	follows member device '^movb %dl, *4\(%eax\)$'; ok "a store is one mov of its width"
	compile -O2 -fplugin-arg-afterburn-device=off && ! grep -q 'afterburn: device' "$work/t.s"
	ok "all this can be switched off"
	compile -O2 -fplugin-arg-afterburn-pages=off && [ "$(devices field)" -eq 1 ]
	ok "and does not hang on page tables"

	# The values still arrive.
	cat >"$work/t.c" <<-'END'
	extern int printf(const char *, ...);
	struct regs { unsigned word; unsigned short half; unsigned char byte; signed char sign; void *pointer; };
	static struct regs memory;
	__attribute__((noinline)) void *ioremap(unsigned long a) { return &memory; }
	static struct regs *regs;
	int main(int c, char **v)
	{
		regs = ioremap(0);
		regs->word = 0x11223344 + c;
		regs->half = 0x5566 * c;
		regs->byte = c + 0x76;
		regs->sign = -c;
		regs->pointer = &regs->half;
		printf("%x %x %x %d %d\n", regs->word, regs->half, regs->byte, regs->sign,
			regs->pointer == (void *)&memory.half);
		return memory.sign;
	}
	END
	for level in -O0 -O2; do
		$cc -m32 $level -fplugin="$plugin" -o "$work/t" "$work/t.c" 2>"$work/out" &&
			[ "$("$work/t")" = "11223345 5566 77 -1 1" ]
		ok "values arrive at $level"
	done
}
each_compiler check
