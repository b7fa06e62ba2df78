#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What could not be decided is noted for the audit, once, and makes no code.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

check()
{
	cat >"$work/t.c" <<-'END'
	typedef struct { unsigned long pte; } pte_t;
	typedef struct { unsigned long present : 1, frame : 31; } pmd_t;
	void unknown(void *);
	void reader(const void *);
	void typed(pte_t *);
	int printk(const char *, ...);
	static inline void twice(pte_t *p) { unknown(p); }
	void lost(pte_t *p) { twice(p); twice(p); }
	void constant(pte_t *p) { reader(p); }
	void known(pte_t *p) { typed(p); }
	void printed(pte_t *p) { printk("%p", p); }
	void field(pmd_t *p) { p->present = 0; }
	END
	compile -O2
	ok "compiles"
	grep -q '^#afterburn: note .*/t\.c:7: lost: page-table pointer is argument 1 of unknown' "$work/t.s"
	ok "a pointer handed out as something else is noted, with file, line and function"
	[ "$(grep -c 'argument 1 of unknown' "$work/t.s")" -eq 1 ]; ok "once"
	! grep -q 'note.*: \(constant\|known\|printed\):' "$work/t.s"; ok "readers, typed parameters and printing are not noted"
	grep -q 'note .*t\.c:12: .*not a whole word' "$work/t.s"; ok "a bit-field store is noted"
	$cc $kernel_flags -O2 -c -o "$work/with.o" "$work/t.s" 2>"$work/out" &&
		$cc $kernel_flags -O2 -c -o "$work/plain.o" "$work/t.c" 2>>"$work/out" &&
		objcopy -O binary -j .text "$work/with.o" "$work/with.text" &&
		objcopy -O binary -j .text "$work/plain.o" "$work/plain.text" &&
		cmp "$work/with.text" "$work/plain.text" >>"$work/out" 2>&1
	ok "notes make no code"
	compile -O2 -fplugin-arg-afterburn-notes=off && ! grep -q 'afterburn: note' "$work/t.s"
	ok "notes can be switched off"
}
each_compiler check
