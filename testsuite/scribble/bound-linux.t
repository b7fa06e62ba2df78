#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux, bound by the real binder: every site fits; and with vectors that execute
# their instructions natively it boots on bare hardware and behaves as before.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
burned=${AFTERBURN_TEST_BURNED-$top_builddir/linux-6.1/vmlinux}
dir=$top_builddir/testsuite/scribble
[ -f "$burned" ] || skip_all "no $burned: ./quickstart builds it"
plan 5

"$top_builddir/testsuite/binder/bind-image" "$burned" >"$tmp/classes" 2>"$tmp/err"
check 'the binder takes every site of Linux'
sed 's/^/# /' "$tmp/classes"

"$dir/native-wedge" "$burned" "$tmp/bound" >"$tmp/counts" 2>"$tmp/err"
check 'it is bound to the native wedge'
sed 's/^/# /' "$tmp/counts"
! "$dir/native-wedge" "$tmp/bound" "$tmp/again" 2>"$tmp/err" >/dev/null && [ ! -e "$tmp/again" ] &&
        grep -q 'bound already' "$tmp/err"
check 'and is not bound a second time'

map='memmap=exactmap memmap=64K@0 memmap=112K@512K memmap=63M@1M'
# smoke KERNEL OUTPUT [SECONDS]: true if the suite ran to its end
smoke() {
        $limit "$run" --quiet --timeout="${3-$hang}" --append="$map" --initrd="$mini" "$1" -- /bin/smoke >"$2" 2>"$tmp/err" </dev/null
        planned=$(sed -n 's/^1\.\.//p' "$2")
        [ -n "$planned" ] && [ "$(grep -Ec '^(not )?ok ' "$2")" = "$planned" ]
}
smoke "$burned" "$tmp/unbound" && smoke "$tmp/bound" "$tmp/smoked" &&
        grep -q '^ok ' "$tmp/smoked" && diff "$tmp/unbound" "$tmp/smoked" >"$tmp/out"
check 'bound, it passes the smoke suite as before'
"$dir/native-wedge" --break "$burned" "$tmp/broken" >/dev/null && ! smoke "$tmp/broken" "$tmp/out" 8
check 'without the vector of pushf it does not'
exit "$failed"
