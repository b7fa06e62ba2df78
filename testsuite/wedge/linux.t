#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux on the wedge: the smoke suite prints what it prints natively, from the same file.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
# shellcheck source=testsuite/wedge/wedge.sh
. "$top_srcdir/testsuite/wedge/wedge.sh"
need_qemu
kernel=${AFTERBURN_TEST_BURNED:-$top_builddir/linux-6.1/vmlinux}
[ -f "$kernel" ] || skip_all "no $kernel: ./quickstart builds it"
plan 3

# results CONSOLE: what the suite printed
results() {
        tr -d "\r" <"$1" | grep -E "^(1[.][.]|ok |not ok |# )"
}

root_for "$kernel" "$tmp/root"
# not --quiet, which may drop a line that comes with the one that ends the silence
$limit "$run" --timeout="$hang" --initrd="$tmp/root" "$kernel" -- /bin/smoke \
        >"$tmp/all" 2>"$tmp/err" </dev/null
results "$tmp/all" >"$tmp/native"
with_command "$tmp/root" /bin/smoke
on_wedge "$kernel" "$tmp/root" >"$tmp/console" 2>"$tmp/err"
results "$tmp/console" >"$tmp/out"
grep -q '^Linux version' "$tmp/console"
check 'Linux boots on the wedge'
ended_with 0 && all_told "$tmp/out"
check 'the smoke suite passes'
grep -q '^ok 1 ' "$tmp/native" && diff "$tmp/native" "$tmp/out" >"$tmp/err"
check 'it prints what it prints natively'
exit "$failed"
