#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn make looks at the finished kernel: where it is linked, where its
# fixmap ends, whether it holds records.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

tree=$scratch/tree out=$scratch/out
make_fake_tree "$tree" 6 1 5
mkdir "$out"
: >"$out/.config"

# kernel NAME ADDRESS TEXT: an image linked there, from assembly; VSYSCALL places that symbol.
kernel() {
	printf '\t.text\n\t.globl _text, _start\n_text:\n_start:\t%s\n\tret\n' "$3" >"$scratch/$1.S"
	afterburn-cc ${PLAIN:+--afterburn-plain} -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-Ttext="$2" \
		${VSYSCALL:+-Wl,--defsym=__kernel_vsyscall=$VSYSCALL} -o "$scratch/$1" "$scratch/$1.S" 2>"$scratch/err"
}

# make_with IMAGE [OPTION]: what afterburn make says when this is the kernel.
make_with() {
	afterburn make -C "$tree" O="$out" ${2:+"$2"} IMAGE="$scratch/$1" vmlinux >"$scratch/stdout" 2>"$scratch/stderr"
}

# refused IMAGE TEXT [OPTION]: exit 1 and one line with the text.
refused() {
	make_with "$1" "${3-}"
	ok $(($? != 1)) "$1: exit 1"
	check "$1: one line" test "$(wc -l <"$scratch/stderr")" -eq 1
	check "$1: said" has "$scratch/stderr" "$2"
}

variable='cli; .data; .globl __FIXADDR_TOP; __FIXADDR_TOP: .long'
kernel good 0x80100000 "$variable 0xfffff000; .text"
make_with good
ok $? "a kernel at 2 GB whose fixmap can be moved"
check "it is described in one line" grep -q 'kernel at 0x80000000, 1 records (1 instruction), tree unchanged' "$scratch/stdout"
kernel elsewhere 0xc0100000 "$variable 0xfffff000; .text"
refused elsewhere "linked at 0xc0100000, not at 0x80000000"
kernel no-top 0x80100000 "$variable 0x12345; .text"
refused no-top "__FIXADDR_TOP holds 0x12345"
kernel no-fixmap 0x80100000 cli
refused no-fixmap "the fixmap does not end below 0xbc000000"
VSYSCALL=0xffffe400 kernel high-fixmap 0x80100000 cli
refused high-fixmap "the fixmap does not end below 0xbc000000"
VSYSCALL=0xbbffe400 kernel low-fixmap 0x80100000 cli
make_with low-fixmap
ok $? "a fixmap below the wedge, by its vsyscall page"
PLAIN=1 kernel bare 0x80100000 "$variable 0xfffff000; .text"
refused bare "holds no records"
make_with bare --plain
ok $? "--plain: no records are right"
refused good "holds records though --plain was asked" --plain
finish
