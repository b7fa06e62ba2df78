#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pingpong counts instructions: two runs agree exactly, more words cost more.
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline sigma0 pingpong
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bench=$top_srcdir/testsuite/l4/bench-l4.sh
result() { if [ "$1" = 0 ]; then echo "ok $2"; else echo "not ok $2"; fi; }

"$bench" "$top_builddir" >"$dir/a"
result $? "1 - all sizes are measured in all modes"
"$bench" "$top_builddir" >"$dir/b"
cmp -s "$dir/a" "$dir/b"
result $? "2 - a second run counts exactly the same"
awk -F '\t' '$1 == "l4.ipc.inter.0" { a = $2 } $1 == "l4.ipc.inter.63" { b = $2 }
	END { exit !(a > 0 && b >= a + 32) }' "$dir/a"
result $? "3 - 63 words cost more than none"
awk -F '\t' '/l4.ipc.(inter|intra).(0|4|63)\t/ { print "# " $1 " " $2 }' "$dir/a"
echo "1..3"
