# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Helpers of the pass suite.  A test sources this, says `plan N', and calls
# `check DESCRIPTION COMMAND...' N times.  $work is its own folder.
set -u
: "${top_srcdir:?}" "${top_builddir:?}"
as_pass=$top_builddir/libexec/afterburner/toolchain/as
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

plan() {
	echo "1..$1"
}

check() {
	description=$1
	shift
	number=$((number + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $number - $description"
	else
		echo "not ok $number - $description"
		sed 's/^/# /' "$work/log"
	fi
}

# plain FILE.s and passed FILE.s [OPTION...] leave FILE.plain.o and FILE.o.
plain() {
	as --32 -o "${1%.s}.plain.o" "$1"
}

passed() {
	source=$1
	shift
	"$as_pass" --32 "$@" -o "${source%.s}.o" "$source"
}

# Bytes of a section as one line of hex.
bytes() {
	objcopy -O binary -j "$2" --set-section-flags "$2=alloc" "$1" "$work/bytes" &&
		od -An -v -tx1 "$work/bytes" | tr -d ' \n'
}

# Number of records.
records() {
	echo $(($(bytes "$1" .afterburn | wc -c) / 32))
}

# Record number $2 (from 0) as hex digits, 32 of them:
# start 8, site, offset, insn, version+kind, class, padding, gprs, flags, operand 8
record() {
	bytes "$1" .afterburn | cut -c $(($2 * 32 + 1))-$(($2 * 32 + 32))
}

# Disassembly of .text without addresses and bytes.
listing() {
	objdump -d --no-show-raw-insn "$1" | sed -n 's/^ *[0-9a-f]*:\t//p'
}

has_records() {
	found=$(records "$1")
	[ "$found" -eq "$2" ] || { echo "$found records, not $2"; listing "$1"; return 1; }
}
