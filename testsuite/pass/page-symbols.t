#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # dollar signs are gas immediates
# Stores of assembler sources to page tables known by name.
: "${top_srcdir:?}"
. "$top_srcdir/testsuite/pass/tap.sh"
plan 16

# stores LINE: kind of the one record that LINE makes, or none
kind() {
	printf '%s\n' "$1" >"$work/t.s"
	passed "$work/t.s" || return
	if readelf -SW "$work/t.o" | grep -q ' \.afterburn '; then
		[ "$(records "$work/t.o")" -eq 1 ] && record "$work/t.o" 0 | cut -c15-16
	else
		echo none
	fi
}

is() {
	got=$(kind "$2")
	[ "$got" = "$1" ] || { echo "$got, not $1"; return 1; }
}

# As Linux 6.1's head_32.S has it behind the preprocessor.
check "a store to an entry of initial_page_table" \
	is 12 '	movl %eax,((initial_page_table+0xffc) - 0x80000000)'
check "an immediate" is 12 '	movl $0,swapper_pg_dir'
check "an index" is 12 '	movl %eax,swapper_pg_dir-0x80000000(,%ecx,4)'
check "another instruction that writes memory" is 12 '	orl $2,pg0+4'
check "a locked one" is 12 '	lock; btrl $6,pg0+4'
check "Intel syntax" is 12 '	.intel_syntax noprefix; mov dword ptr [swapper_pg_dir+8],eax'
check "a load is not" is none '	movl swapper_pg_dir,%eax'
check "nor Intel's" is none '	.intel_syntax noprefix; mov eax,[swapper_pg_dir]'
check "nor a comparison" is none '	cmpl $0,swapper_pg_dir'
check "nor the address as a value" is none '	movl $swapper_pg_dir-0x80000000,(%eax)'
check "nor a longer name" is none '	movl %eax,my_swapper_pg_dir_copy'
check "nor data of that name" is none '	.data; .long swapper_pg_dir'
check "nor a name in a comment" is none '	movl %eax,x /* swapper_pg_dir */'
check "a segment register stored there is sensitive by itself" \
	is 11 '	movw %ds,swapper_pg_dir'

printf '\tmovl %%eax,initial_page_table+0xffc\n' >"$work/s.s"
site() {
	passed "$work/s.s" && record "$work/s.o" 0
}
# site of 11 bytes or more: room for a call beside the instruction's own 5
room() {
	[ $((0x$(site | cut -c9-10))) -ge 11 ]
}
check "the site has room for a call in front of the instruction" room
encoding() {
	plain "$work/s.s" && passed "$work/s.s" || return
	at=$((0x$(record "$work/s.o" 0 | cut -c11-12)))
	count=$((0x$(record "$work/s.o" 0 | cut -c13-14)))
	[ "$(bytes "$work/s.o" .text | cut -c $((2 * at + 1))-$((2 * (at + count))))" = \
		"$(bytes "$work/s.plain.o" .text)" ]
}
check "and holds it as gas encodes it" encoding
