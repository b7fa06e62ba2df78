#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Two decoders agree on every row of the table, and on every instruction of a
# kernel where one has been built.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 3
zydis=$top_builddir/testsuite/audit/zydis

as --32 -o "$work/rows.o" "$here/rows.s" >"$work/out" 2>&1 &&
	"$zydis" --every-row "$work/rows.o" >"$work/out" 2>&1
result $? "LLVM MC and Zydis agree on every row of the table"

as --32 -o "$work/padded.o" "$here/padded.s" >"$work/out" 2>&1 &&
	"$zydis" "$work/padded.o" >"$work/out" 2>&1 && grep -q " 5 sensitive, 0 diff" "$work/out"
result $? "and on instructions with redundant prefixes"

kernel=$top_builddir/linux-6.1/vmlinux
if [ -f "$kernel" ]; then
	"$zydis" "$kernel" >"$work/out" 2>&1
	result $? "they agree on every instruction of $kernel"
else
	echo "ok 3 - they agree on every instruction of a kernel # SKIP no $kernel: run ./quickstart"
fi
