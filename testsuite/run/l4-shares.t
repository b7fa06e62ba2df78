#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shares of the processor: two guests that compute get what their shares say, within 3 %.
# Time is the number of instructions, so a busy host changes nothing.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=$top_builddir/testsuite/run/computes
plan 9

# computed NAME: what that guest says
computed() { sed -n "s/^$1: computed \([0-9]*\)$/\1/p" "$tmp/out"; }

# divides PERMILLE ARGUMENT...: with these, A gets that much of all, within 30 of 1000
divides() {
        wanted=$1
        shift
        try 0 --icount --timeout=100 "$@" "$guest" || return 1
        a=$(computed A)
        b=$(computed B)
        [ -n "$a" ] && [ -n "$b" ] || return 1
        got=$((a * 1000 / (a + b)))
        echo "A got $got of 1000" >>"$tmp/err"
        [ $got -ge $((wanted - 30)) ] && [ $got -le $((wanted + 30)) ]
}

for hypervisor in l4 l4x; do
        divides 750 --hypervisor=$hypervisor --vm=A,share=3 --vm=B
        check "$hypervisor: three to one"
        divides 500 --hypervisor=$hypervisor --vm=A,share=1 --vm=B,share=1
        check "$hypervisor: even"
done
divides 333 --hypervisor=l4 --vm=A --vm=B,share=2
check 'l4: one to two'
try 2 --hypervisor=l4x --layout=colocated --vm=A,share=3 --vm=B "$guest" &&
        one_line 'the co-located layout does not keep shares'
check 'the co-located layout refuses shares'
for word in 0 17 half; do
        try 2 --hypervisor=l4 --vm=A,share=$word --vm=B "$guest" && one_line 'not a share: give 1 to 16'
        check "a share of $word is refused"
done
exit "$failed"
