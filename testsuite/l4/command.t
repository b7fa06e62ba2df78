#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn l4: its errors are one line, its statuses are those it promises.
. "${top_srcdir:?}/testsuite/l4/lib.sh"

n=0
ok() { # ok STATUS-OF-LAST-COMMAND NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
# ends STATUS NAME COMMAND...: ends with STATUS, one line of error, no output.
ends() {
	want=$1 name=$2
	shift 2
	got=0
	out=$("$@" 2>&1 >/dev/null </dev/null) || got=$?
	[ "$got" = "$want" ] && [ "$(printf "%s\n" "$out" | grep -c "^afterburn l4: ")" = 1 ]
	ok $? "$name"
}

ends 2 "no program is a usage error" "$afterburn_l4" run
ends 1 "a program that is not there" "$afterburn_l4" run ./no-such-program
ends 1 "a kernel that is not there" "$afterburn_l4" run --kernel=./no-such-kernel pingpong
ends 2 "a memory size that is no number" "$afterburn_l4" run --memory=lots pingpong
ends 2 "a timeout that is no number" "$afterburn_l4" run --timeout=soon pingpong
if [ -x "$l4/kernel-baseline" ] && [ -x "$l4/l4-torture" ]; then
	"$afterburn_l4" run --dry-run pingpong | grep -q 'initrd .*kernel-baseline,.*sigma0,.*pingpong'
	ok $? "--dry-run shows kernel, sigma0 and root task in this order"
	# It computes for days.
	ends 124 "a time limit that is too short" "$afterburn_l4" run --timeout=1 "l4-torture 4000000000"
else
	echo "ok 6 - dry run # SKIP the kernel is not built"
	echo "ok 7 - time limit # SKIP the kernel is not built"
fi
echo "1..7"
