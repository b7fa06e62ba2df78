#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The sample kernels, plain and afterburned, under QEMU and bochs.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 12
rows=$(grep -c '^AB_INSN' "$top_srcdir/afterburner/insn-ia32.def")

# sample EMULATOR IMAGE RESULTS: all pass, and there are that many
sample() {
        try 0 --emulator="$1" --timeout="$hang" "$top_builddir/share/afterburner/$2" &&
                [ "$(grep -c '^ok ' "$tmp/out")" = "$3" ] && ! grep -q '^not ok' "$tmp/out"
}
sample qemu hello-plain "$rows"; check 'hello, plain, QEMU: every row of the table'
cp "$tmp/out" "$tmp/hello"
sample qemu hello "$rows"; check 'hello, afterburned, QEMU'
cmp -s "$tmp/out" "$tmp/hello"; check 'hello: both print the same'
try 0 --timeout="$hang" "$top_builddir/share/afterburner/hello" -- without=RDPID,INT1 &&
        [ "$(sed -n 's/^ok [0-9]* \(.*\) # SKIP left out$/\1/p' "$tmp/out" | sort | tr '\n' ' ')" = 'INT1 RDPID ' ]
check 'hello: rows that the command line names are left out, and no others'
sample qemu mini-plain 9; check 'mini, plain, QEMU'
cp "$tmp/out" "$tmp/mini"
sample qemu mini 9; check 'mini, afterburned, QEMU'
cmp -s "$tmp/out" "$tmp/mini"; check 'mini: both print the same'
if command -v bochs >/dev/null; then
        for image in hello-plain hello mini-plain mini; do
                case $image in hello*) n=$rows ;; *) n=9 ;; esac
                sample bochs $image "$n"; check "$image, bochs"
        done
else
        for image in hello-plain hello mini-plain mini; do skip "$image, bochs" 'bochs is not installed'; done
fi
try 0 --iso="$tmp/mini.iso" "$top_builddir/share/afterburner/mini" && grep -q '^ok 9 ' "$tmp/out"
check 'mini from a GRUB CD'
exit "$failed"
