#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The report of a small object is what was written into it.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 12

assemble one <<'S'
	.file	"timer.c"
	.globl	tick
	.type	tick, @function
tick:	PREFIXED 1, 7, NOTHING, cli
	SITE_AFTER 20, 0x100000 + NOTHING, rep insb
	ret
	.size	tick, . - tick
	.type	tock, @function
tock:	PREFIXED 2, 6, NOTHING, sti
	PREFIXED 1, 7, NOTHING, cli
	ret
	.size	tock, . - tock
S
cat >"$work/expected" <<'S'
one.o: 4 sites, 27 bytes of padding in 34 bytes of code
C sites: 4; all flags known dead at 0 (0.0 %), a register at 0 (0.0 %)

kind                                    sites    padding
instruction                                 4         27

padding                                 sites    padding
prefixes                                    3         20
NOPs behind                                 1          7

class                                   sites    padding
cli                                         2         14
ins                                         1          7
sti                                         1          6

file (folders unknown)                  sites    padding
timer.c                                     4         27
S
cd "$work" || exit 1
"$report" one.o >text 2>out
diff expected text >out
result $? "text"

"$report" --sites one.o | tail -4 >text
cat >expected <<'S'
tick+0x0 timer.c
tick+0x8 timer.c
tock+0x0 timer.c
tock+0x7 timer.c
S
awk '{ print $(NF-1), $NF }' text | diff expected - >out
result $? "--sites lists each with function and file"

"$report" --format=json --sites one.o >json 2>out &&
	perl -MJSON::PP -e 'local $/; my $r = decode_json(<STDIN>);
		exit !($r->{sites} == 4 && @{$r->{list}} == 4 && $r->{padding_bytes} == 27
		&& $r->{list}[1]{class} eq "ins" && $r->{list}[1]{insn_bytes} == 2
		&& $r->{by_class}[0]{name} eq "cli" && $r->{by_class}[0]{sites} == 2)' <json
result $? "JSON is valid and says the same"

"$report" --format=html --sites one.o >one.html 2>out
# Well-formed: every element that is opened is closed, in order.
perl -e 'local $/; $_ = <STDIN>; s/<!DOCTYPE html>//; my @open;
	while (/<(\/?)([a-z0-9]+)((?:\s+[a-z-]+="[^"<]*")*)\s*(\/?)>|(<|&(?!amp;|lt;|gt;|quot;))/g) {
		die "stray markup at " . pos . "\n" if defined $5;
		next if $4;
		if ($1) { my $was = pop @open; die "</$2> closes <$was>\n" if $was ne $2 }
		else { push @open, $2 }
	}
	die "open: @open\n" if @open' <one.html >>out 2>&1
result $? "HTML is well-formed"
! grep -Eq '(src|href)="?(https?:|//)|@import|<script' one.html
result $? "and needs nothing from elsewhere"

# Two images.
sed -e 's/SITE_AFTER.*/nop/' -e 's/PREFIXED 2, 6, NOTHING, sti/PREFIXED 3, 6, NOTHING, pushf/' one.s |
	assemble two
"$report" --diff one.o two.o >text 2>out
cat >expected <<'S'
-1 ins tick (timer.c): 1 -> 0
+1 pushf tock (timer.c): 0 -> 1
-1 sti tock (timer.c): 1 -> 0
sites: 4 -> 3; bytes of padding: 27 -> 20; bytes of code: 34 -> 26
S
diff expected text >out
result $? "--diff names what is different, in a stable order"
"$report" --diff one.o one.o >text 2>out
[ "$(wc -l <text)" -eq 1 ]
result $? "an image does not differ from itself"

printf '\t.text\n\tcli\n\trep insb\n\tret\n\tsti\n\tcli\n\tret\n' | assemble plain
"$report" --plain=plain.o one.o | grep -q '^text growth: 27 bytes (385.71 %) over 7 bytes'
result $? "--plain tells the growth"

# Debug information: function, file and line; folders become subsystems.
mkdir -p kernel/time mm
cat >kernel/time/tick.c <<'S'
void first(void)
{
	__asm__("771: .fill 7, 1, 0x2e\n772: cli\n773:\n"
		"RECORD 771b, 773b-771b, 772b-771b, 773b-772b, 1, PAD_PREFIX");
}
S
sed 's/first/second/' kernel/time/tick.c >mm/page.c
echo '__asm__(".include \"site.inc\"");' >site.h
for c in kernel/time/tick.c mm/page.c; do
	gcc-12 -m32 -g -O2 -fno-pic -include site.h -Wa,-I,"$here" -c -o "${c##*/}.o" "$c" >out 2>&1
done
ld -m elf_i386 -r -o debug.o tick.c.o page.c.o >>out 2>&1
"$report" --sites debug.o >text 2>>out
grep -Eq 'first\+0x0 kernel/time/tick.c:3$' text
result $? "a site has function, file and line"
grep -Eq '^kernel/time +1 +7$' text && grep -Eq '^mm +1 +7$' text
result $? "sites are counted by folder"

# Dead sets: flags known dead in one of two C sites.
{
	printf '\t.include "site.inc"\n\t.file "d.c"\n\t.type f, @function\n'
	printf 'f:\n1:\t.fill 7, 1, 0x2e\n\tcli\n\tPREFIXED 1, 7, NOTHING, cli\n\tret\n'
	printf '\t.section .afterburn, "", @progbits\n\t.long 1b\n\t.byte 8, 7, 1, 0x11, 1, 1, 7, 0x3f\n'
	printf '\t.long 0xff\n'
} >dead.s
as --32 -I "$here" -o dead.o dead.s >out 2>&1
"$report" dead.o >text 2>>out
grep -q 'C sites: 2; all flags known dead at 1 (50.0 %), a register at 1 (50.0 %)' text
result $? "dead sets are summed up"
cp one.o moved.o && "$report" --format=json moved.o >a && "$report" --format=json moved.o | cmp -s a -
result $? "the output is the same every time"
