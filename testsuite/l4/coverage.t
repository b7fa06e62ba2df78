#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The random calls and the checks reach at least 90 % of the lines of system-call code.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-torture l4-conformance l4-limits
command -v objdump >/dev/null || skip_all "objdump is not installed"
objdump --dwarf=decodedline "$l4/kernel-extended" 2>/dev/null | grep -q 'ipc\.c ' ||
	skip_all "the kernel has no line numbers: configure with -g"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
objdump --dwarf=decodedline "$l4/kernel-extended" >"$dir/lines" 2>/dev/null

# What runs on behalf of a system call; not start-up, output, descriptor tables,
# and exceptions' first steps.
code='bounds ctrlxfer debug exregs fault ioports ipc ipc-items ipc-string kmsg limits mapdb memory
	schedctl schedule slab space spacectl syscall thread threadctl timeout tls'
n=0
# covered NAME LOG ...: one test, with the files below the mark as comments.
covered() {
	name=$1
	shift
	n=$((n + 1))
	awk -f "$top_srcdir/testsuite/l4/lines.awk" "$@" "$dir/lines" |
		awk -F '\t' -v n="$n" -v name="$name" -v code="$code" '
		BEGIN {
			split(code, c, /[ \t\n]+/)
			for (i in c)
				wanted[c[i] ".c"] = 1
		}
		$1 in wanted { lines[$1]++; ran[$1] += $3; all++; hit += $3; next }
		END {
			for (f in lines)
				printf "# %-14s %4d of %4d lines, %d %%\n", f, ran[f], lines[f],
					100 * ran[f] / lines[f]
			percent = all ? 100 * hit / all : 0
			good = percent >= 90 ? "" : "not "
			printf "%sok %d - %s: %d of %d lines of system-call code, %.1f %%\n",
				good, n, name, hit, all, percent
		}'
}
run() { # run LOG PROGRAM OPTION
	"$afterburn_l4" run --extended --timeout="$hang" --blocks="$dir/$1" "$3" "$2" \
		</dev/null >"$dir/console" 2>&1 || echo "# $2 ended with status $?"
}

run conformance l4-conformance --steady
run limits l4-limits --steady
run torture "l4-torture ${AFTERBURN_COVERAGE_CALLS:-200000}" --count
covered "random calls and checks together" "$dir/torture" "$dir/conformance" "$dir/limits"
echo "1..$n"
