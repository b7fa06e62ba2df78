#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The sample kernels on the wedge print what they print on bare hardware.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/wedge/wedge.sh
. "$top_srcdir/testsuite/wedge/wedge.sh"
need_qemu
plan 14

for file in share/afterburner/hello share/afterburner/mini testsuite/wedge/boundaries testsuite/wedge/ticks \
        testsuite/wedge/beyond testsuite/wedge/steps; do
        sample=${file##*/}
        file=$top_builddir/$file
        $limit "$run" "$file" >"$tmp/native" 2>"$tmp/err" </dev/null
        on_wedge "$file" | tr -d "\r" >"$tmp/out" 2>"$tmp/err"
        ended_with 0
        check "$sample passes on the wedge"
        grep -q '^ok 1 ' "$tmp/native" && diff "$tmp/native" "$tmp/out" >"$tmp/err"
        check "$sample prints what it prints natively"
done

# What a wedge keeps of the guest's tables; of segments QEMU is no witness.  The ring-0 wedge gives
# applications none of their own.
sample=remembered
file=$top_builddir/testsuite/wedge/remembered
if command -v bochs >/dev/null; then
        $limit "$run" --emulator=bochs --append=without=segments "$file" >"$tmp/native" 2>"$tmp/err" </dev/null
        wedge_command=without=segments on_wedge "$file" | tr -d "\r" >"$tmp/out" 2>"$tmp/err"
        ended_with 0
        check "$sample passes on the wedge"
        grep -q "^ok 1 " "$tmp/native" && diff "$tmp/native" "$tmp/out" >"$tmp/err"
        check "$sample prints what it prints natively, under bochs"
else
        skip "$sample on the wedge" "bochs is not installed"
        skip "$sample natively" "bochs is not installed"
fi
exit "$failed"
