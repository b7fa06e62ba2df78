#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Bad input: one line "afterburn: FILE: what: what to do", exit status 1, or 2
# for wrong usage.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"
plan 16

# refuses PROGRAM STATUS PATTERN DESCRIPTION ARGUMENT...
refuses() {
	program=$1 status=$2 pattern=$3 what=$4
	shift 4
	"$program" "$@" >"$work/stdout" 2>"$work/out"
	[ $? -eq "$status" ] && [ "$(wc -l <"$work/out")" -eq 1 ] && [ ! -s "$work/stdout" ] &&
		grep -q "^afterburn: $pattern" "$work/out"
	result $? "$what"
}

printf 'f:\tcli\n' | assemble plain
echo 'int main(void) { return 0; }' >"$work/c.c"
${CC:-gcc} -c -o "$work/host.o" "$work/c.c"
head -c 60 "$work/plain.o" >"$work/short.o"
for program in "$audit" "$report"; do
	name=${program##*-}
	refuses "$program" 2 "$name: " "$name: no file is wrong usage"
	refuses "$program" 2 "$name: unknown option --frob" "$name: unknown option" --frob x
	refuses "$program" 2 "$name: format xml" "$name: unknown format" --format=xml x
	refuses "$program" 1 "$work/none: cannot be read" "$name: missing file" "$work/none"
	refuses "$program" 1 "$work/c.c: not an ELF" "$name: not an ELF file" "$work/c.c"
	refuses "$program" 1 "$work/host.o: 64-bit" "$name: 64-bit object" "$work/host.o"
	refuses "$program" 1 "$work/short.o: truncated" "$name: truncated object" "$work/short.o"
done
refuses "$report" 1 "$work/plain.o: has no annotation records" \
	"report: object that was not afterburned" "$work/plain.o"
refuses "$report" 2 "report: needs OLD and NEW" "report: --diff with one file" --diff "$work/plain.o"
