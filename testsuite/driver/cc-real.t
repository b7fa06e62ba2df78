#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn-cc is a drop-in gcc: every way to call a compiler works.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

cd "$scratch" || exit 1
cat >a.c <<'EOF'
#include "a.h"
int value(void) { __asm__ volatile("cli" ::: "memory"); return A; }
EOF
echo '#define A 42' >a.h
printf '\t.globl f\nf:\tsti\n\tret\n' >b.S

# records FILE: number of records in an object.
records() {
	bytes=$(objdump -h "$1" | awk '$2 == ".afterburn" { print $3 }')
	echo $((0x${bytes:-0} / 16))
}

check "-c of C" afterburn-cc -c a.c
check "-c of C: one site, one record" test "$(records a.o)" -eq 1
check "-c of assembly" afterburn-cc -c b.S
check "-c of assembly: one record" test "$(records b.o)" -eq 1
rm -f a.o b.o
check "several sources" afterburn-cc -c a.c b.S
check "several sources: both outputs" test -f a.o -a -f b.o
check "-E" sh -c 'afterburn-cc -E a.c | grep -q "return 42"'
check "-S" sh -c 'afterburn-cc -S -o - a.c | grep -q cli'
check "-MMD" afterburn-cc -MMD -MF a.d -c a.c
check "-MMD: the header is a prerequisite" has a.d a.h
check "-save-temps" afterburn-cc -save-temps -c a.c
check "-save-temps: same records" test -f a.i -a -f a.s -a "$(records a.o)" -eq 1
check "-pipe" afterburn-cc -pipe -c a.c -o pipe.o
check "-pipe: same code" sh -c 'objdump -d a.o | tail -n +4 >1; objdump -d pipe.o | tail -n +4 >2; cmp 1 2'
printf '%s\n' -c a.c -o at.o >args
check "@file" afterburn-cc @args
check "@file: one record" test "$(records at.o)" -eq 1
check "-x c -" sh -c 'afterburn-cc -x c -c -o in.o - <a.c'
check "-x c -: one record" test "$(records in.o)" -eq 1
check "-x assembler-with-cpp" sh -c 'afterburn-cc -x assembler-with-cpp -c -o asm.o - <b.S'
check "-###" sh -c 'afterburn-cc "-###" -c a.c 2>&1 | grep -q cc1'
check "-print-file-name" test -d "$(afterburn-cc -print-file-name=include)"
check "--version is the compiler's" sh -c 'afterburn-cc --version | grep -q "Free Software Foundation"'
# Linux 2.6.9 has its last line in the banner.
check "-v by itself: gcc's version, and nothing is linked" sh -c 'afterburn-cc -v 2>&1 | tail -n 1 | grep -q "^gcc version"'
check "probe: a known option" afterburn-cc -falign-functions=0 -S -o /dev/null -xc /dev/null
afterburn-cc -fno-such-option -S -o /dev/null -xc /dev/null 2>/dev/null
ok $(($? == 0)) "probe: an unknown option fails"
check "probe: the assembler's version" sh -c \
	'afterburn-cc -Wa,--version -c -x assembler-with-cpp /dev/null -o /dev/null | grep -q "GNU assembler"'
check "link" afterburn-cc -nostdlib -Wl,-Ttext=0x100000 -Wl,-e,f -no-pie -fno-pie a.c b.S -o whole
check "link: both records" test "$(records whole)" -eq 2
echo 'int f(void) { return 0 }' >bad.c
afterburn-cc -c bad.c 2>/dev/null
ok $(($? != 1)) "an error in the source: gcc's exit status"
check "plain: no record" sh -c 'afterburn-cc --afterburn-plain -c a.c -o plain.o && ! objdump -h plain.o | grep -q afterburn'
check "identity names pass and plugin" sh -c \
	'afterburn-cc --afterburn-identity >id; grep -q toolchain/as id && grep -q afterburn.so id'
if command -v ccache >/dev/null; then
	CCACHE_DIR=$scratch/ccache CCACHE_COMPILERTYPE=gcc CCACHE_COMPILERCHECK="afterburn-cc --afterburn-identity"
	export CCACHE_DIR CCACHE_COMPILERTYPE CCACHE_COMPILERCHECK
	ccache afterburn-cc -c a.c -o first.o
	ccache afterburn-cc -c a.c -o second.o
	check "ccache: the second time it compiles nothing" sh -c 'ccache -s | grep -Eq "Hits: +1 /|cache hit \(.*\) +1$"'
	check "ccache: same records" sh -c '[ -s first.o ] && cmp first.o second.o'
	ccache afterburn-cc --afterburn-padding=nop -c a.c -o nop.o
	ok $(($(cmp -s nop.o second.o; echo $?) != 1)) "ccache: other padding, other object"
else
	ok 0 "ccache: the second time it compiles nothing # SKIP ccache is not installed"
fi
finish
