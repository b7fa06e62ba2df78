# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034 # top_srcdir comes from make; who includes this uses the rest
#
# What the audit's tests share.  TAP: `plan N', then one `result' per behaviour.
set -u
here=$top_srcdir/testsuite/audit
audit=$top_builddir/libexec/afterburner/afterburn-audit
report=$top_builddir/libexec/afterburner/afterburn-report
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0

plan() {
	echo "1..$1"
}

# result STATUS DESCRIPTION: STATUS 0 passes; $work/out explains a failure.
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		[ ! -f "$work/out" ] || sed 's/^/# /' "$work/out" | head -20
	fi
}

# assemble NAME: assembly on standard input becomes $work/NAME.o
assemble() {
	{
		printf '\t.include "site.inc"\n'
		cat
	} >"$work/$1.s"
	as --32 -I "$here" -o "$work/$1.o" "$work/$1.s" >"$work/out" 2>&1 ||
		result 1 "assembling $1"
}

# link NAME: $work/NAME.o becomes $work/NAME, a kernel-like image
link() {
	ld -m elf_i386 -Ttext=0x80100000 -e 0x80100000 --no-warn-rwx-segments \
		-o "$work/$1" "$work/$1.o" >"$work/out" 2>&1 || result 1 "linking $1"
}

# accepts FILE DESCRIPTION
accepts() {
	"$audit" "$1" >"$work/out" 2>&1
	result $? "$2"
}

# objects FILE PATTERN DESCRIPTION: exit status 1 and a finding that matches
objects() {
	"$audit" "$1" >"$work/out" 2>&1
	if [ $? -eq 1 ] && grep -Eq "$2" "$work/out"; then
		result 0 "$3"
	else
		result 1 "$3"
	fi
}
