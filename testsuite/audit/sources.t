#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Without debug information the report names folder, file and line, from the
# table of sources that the assembler pass leaves behind.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 14

cc=$top_builddir/bin/afterburn-cc
cd "$work" || exit 1
mkdir -p tree/kernel/time tree/include tree/entry build/kernel/time build/entry
cat >tree/include/irq.h <<'S'
static inline void off(void)
{
	__asm__ volatile("cli" : : : "memory");
}
S
cat >tree/kernel/time/tick.c <<'S'
#include "irq.h"
void tick(void)
{
	off();
	__asm__ volatile("nop\n"
			 "\tsti");
}
__asm__(".text\n.globl file_scope\nfile_scope: hlt\nret");
S
cat >tree/entry/entry.S <<'S'
#define TWICE cli
/* a comment
   of two lines */
.macro switch_off
	cli
.endm
	.globl entry
	.type entry, @function
entry:	TWICE; sti
	switch_off
	nop
	popf
	ret
	.section .text.rare,"axG",@progbits,rare,comdat
	.globl rare
rare:	hlt
	ret
S

# sites OBJECT...: what the report says of each site: class, function, place
sites() {
	"$report" --sites "$1" | sed -n 's/^0x[0-9a-f]* \([a-z0-9_]*\) .*  \([^ ]*\) \([^ ]*\)$/\1 \2 \3/p'
}

# is DESCRIPTION: $work/got is what standard input is
is() {
	diff - got >out
	result $? "$1"
}

compile() {
	(cd build && "$cc" -O2 -ffreestanding -fno-pic -nostdinc -I"$work/tree/include" \
		-c -o "$1" "$work/tree/$2") >out 2>&1 || cat out
}
compile kernel/time/tick.o kernel/time/tick.c
compile entry/entry.o entry/entry.S
! readelf -S build/kernel/time/tick.o | grep -q debug_info
result $? "there is no debug information"

# Of one object alone the root of the tree is not known.
(cd build && sites kernel/time/tick.o) | sed "s|$work/tree/||; s|[^ ]*include/||" | sort >got
is "C: file and line of the header, of the statement; of file-scope assembly gcc tells the unit only" <<'S'
cli tick+0x0 irq.h:3
hlt file_scope+0x0 kernel/time/tick.c
sti tick+0x8 kernel/time/tick.c:5
S
(cd build && sites entry/entry.o) | sed "s|.*/tree/||; s|[^ ]*/entry.S|entry.S|" | sort >got
is "assembler: lines are counted behind the preprocessor's marks; a macro's are its own" <<'S'
cli entry+0x0 entry.S:9
cli entry+0xd entry.S:5
hlt rare+0x0 entry.S:16
popf entry+0x15 entry.S:12
sti entry+0x7 entry.S:9
S

cat >image.lds <<'S'
SECTIONS
{
	. = 0x80100000;
	.text : { *(.text .text.rare) }
	.afterburn 0 : { *(.afterburn) }
	.afterburn.sources 0 : { *(.afterburn.sources) }
}
S
(cd build && ld -m elf_i386 -T ../image.lds -e entry -o vmlinux \
	kernel/time/tick.o entry/entry.o) >out 2>&1
"$report" build/vmlinux >text 2>>out
sed -n '/^subsystem/,$p' text | awk '{ print $1, $2 }' >got
is "sites are counted by folder" <<'S'
subsystem sites
entry 5
kernel/time 3
S
sites build/vmlinux | awk '{ print $3 }' | sort -u >got
is "places are named from the root of the tree" <<'S'
entry/entry.S:12
entry/entry.S:16
entry/entry.S:5
entry/entry.S:9
include/irq.h:3
kernel/time/tick.c
kernel/time/tick.c:5
S
grep -q '^C sites: 3;' text
result $? "C sites are told by their unit, not by a neighbour's"
"$report" --format=json --sites build/vmlinux |
	perl -MJSON::PP -e 'local $/; my $r = decode_json(<STDIN>);
	my %s = map { $_->{name} => $_->{sites} } @{$r->{by_subsystem}};
	exit !($s{"kernel/time"} == 3 && $s{entry} == 5)' >out 2>&1
result $? "JSON says the same"
"$report" --format=html build/vmlinux | grep -q 'By subsystem'
result $? "HTML says the same"

# A relocatable link keeps the starts true (modules).
(cd build && ld -m elf_i386 -r -o all.o entry/entry.o kernel/time/tick.o) >out 2>&1
sites build/all.o | awk '{ print $1, $3 }' | sort >got
sites build/vmlinux | awk '{ print $1, $3 }' | sort | diff - got >out
result $? "a relocatable file gives the same places"

# Names of temporary objects say nothing about folders.
(cd build && "$cc" -O2 -ffreestanding -fno-pic -nostdinc -nostdlib -I"$work/tree/include" \
	-Wl,-etick,--build-id=none -static -o whole "$work/tree/kernel/time/tick.c") >out 2>&1
"$report" build/whole >text 2>>out
grep -Eq '^tick.c +3 ' text
result $? "an object the compiler made up lends its folder to nobody"
(cd build && "$cc" -pipe -O2 -ffreestanding -fno-pic -nostdinc -I"$work/tree/include" \
	-c -o kernel/time/.tmp_tick.o "$work/tree/kernel/time/tick.c") >out 2>&1
"$report" build/kernel/time/.tmp_tick.o >text 2>>out
grep -Eq '^kernel/time +3 ' text
result $? "gcc -pipe, and an object of modversions"

# Messages of the assembler, and objects without sites, stay as they are.
printf '\tcli\n\tnop\n\tbogus\n' >wrong.s
"$top_builddir/libexec/afterburner/toolchain/as" --32 -o wrong.o wrong.s >out 2>&1
grep -q '^wrong.s:3: Error: no such instruction' out
result $? "a message names the user's line"
"$top_builddir/libexec/afterburner/toolchain/as" --32 -o wrong.o - <wrong.s >out 2>&1
grep -q '^{standard input}:3: Error: no such instruction' out
result $? "of standard input, too"
printf '\tnop\n' >none.s
"$top_builddir/libexec/afterburner/toolchain/as" --32 -o none.o none.s >out 2>&1
! readelf -S none.o | grep -q afterburn
result $? "no site, no table"
