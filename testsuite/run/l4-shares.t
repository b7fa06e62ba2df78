#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shares of the processor: two guests that compute get what their shares say, within 3 %; where
# the monitor decides, their wedges know how long they stood in line, within 1 % of its account.
# Time is the number of instructions, so a busy host changes nothing.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=$top_builddir/testsuite/run/computes
plan 12

# computed NAME: what that guest says
computed() { sed -n "s/^$1: computed \([0-9]*\)$/\1/p" "$tmp/out"; }

# divides PERMILLE ARGUMENT...: with these, A gets that much of all, within 30 of 1000
divides() {
        wanted=$1
        shift
        try 0 --icount --timeout="$hang" "$@" "$guest" || return 1
        a=$(computed A)
        b=$(computed B)
        [ -n "$a" ] && [ -n "$b" ] || return 1
        got=$((a * 1000 / (a + b)))
        echo "A got $got of 1000" >>"$tmp/err"
        [ $got -ge $((wanted - 30)) ] && [ $got -le $((wanted + 30)) ]
}

# waited NAME WHOSE: how long that guest stood in line, in microseconds, as two know it
waited() { sed -n "s/^afterburn run: $1: waited \([0-9]*\) us .* clock \([0-9]*\) us$/\\$2/p" "$tmp/err"; }

# agrees NAME LEAST: it stood in line for so many microseconds at least, and knows it within 1 %
agrees() {
        monitor=$(waited "$1" 1)
        wedge=$(waited "$1" 2)
        [ -n "$monitor" ] && [ "$monitor" -ge "$2" ] &&
                [ $((wedge * 100)) -ge $((monitor * 99)) ] && [ $((wedge * 100)) -le $((monitor * 101)) ]
}

for layout in - split colocated; do
        set -- --hypervisor=l4
        [ $layout = - ] || set -- --hypervisor=l4x --layout=$layout
        divides 750 "$@" --vm=A,share=3 --vm=B
        check "$*: three to one"
        if [ $layout != - ]; then
                # Of 1.6 seconds of computing B stands in line for three quarters, A for one.
                agrees A 400000 && agrees B 1200000
                check "$*: how long it stood in line a guest knows as the monitor does"
        fi
done
divides 500 --hypervisor=l4 --vm=A,share=1 --vm=B,share=1
check "l4: even"
divides 500 --hypervisor=l4x --vm=A --vm=B
check 'l4x: even where no shares are given'
divides 333 --hypervisor=l4 --vm=A --vm=B,share=2
check 'l4: one to two'
divides 333 --hypervisor=l4x --layout=colocated --vm=A --vm=B,share=2
check 'l4x, co-located: one to two'
for word in 0 17 half; do
        try 2 --hypervisor=l4 --vm=A,share=$word --vm=B "$guest" && one_line 'not a share: give 1 to 16'
        check "a share of $word is refused"
done
exit "$failed"
