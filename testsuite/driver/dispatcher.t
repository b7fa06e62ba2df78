#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The dispatcher: usage, exit codes, every command described.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

afterburn >"$scratch/out" 2>"$scratch/err"
ok $(($? != 2)) "no command: exit 2"
check "no command: usage on standard error" has "$scratch/err" "Usage: afterburn COMMAND"
afterburn frobnicate >"$scratch/out" 2>"$scratch/err"
ok $(($? != 2)) "unknown command: exit 2"
check "unknown command: one line" test "$(wc -l <"$scratch/err")" -eq 1
check "unknown command: is named" has "$scratch/err" "afterburn: frobnicate:"
afterburn --version >"$scratch/out"
ok $? "--version: exit 0"
check "--version: GNU style" grep -Eq '^afterburn \(Afterburn\) [0-9]+\.[0-9]+' "$scratch/out"
afterburn --help >"$scratch/out"
ok $? "--help: exit 0"
for command in make cc as report audit link run bench l4; do
	check "--help: describes $command" grep -Eq "^  $command +[a-z]" "$scratch/out"
done
make_fake_cc "$scratch/cc"
AFTERBURN_CC=$scratch/cc/gcc-12 afterburn cc -c x.c
check "afterburn cc is afterburn-cc" has "$scratch/cc/called" "x.c"
finish
