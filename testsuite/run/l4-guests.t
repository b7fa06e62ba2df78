#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Guests of our own on L4 that need no Linux: what a guest may rely on, and how it ends.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 29
ends=$top_builddir/testsuite/run/ends

# l4 STATUS ARGUMENT...
l4() {
        want=$1
        shift
        try "$want" --hypervisor=l4 --timeout="$hang" "$@"
}

l4 0 "$top_builddir/testsuite/wedge/ticks"
check 'no tick is lost: in the wedge, on the way to user code, short counts'

for row in l4 l4x "l4x --layout=colocated"; do
        # shellcheck disable=SC2086 # words
        try 0 --hypervisor=$row --timeout="$hang" --append=beyond "$ends" && cp "$tmp/out" "$tmp/l4" &&
                try 0 --append=beyond "$ends" && cmp -s "$tmp/out" "$tmp/l4"
        check "$row: accesses of the guest kernel from 3 GB on fault there, with the right error code"
done
# Beside another that computes, each stands still for half of the time.  Time is the number of
# instructions.
clocks=$top_builddir/testsuite/run/clocks
try 0 --icount --timeout="$hang" "$clocks"
check "natively counter and timer agree"
for row in l4 l4x "l4x --layout=colocated"; do
        # shellcheck disable=SC2086 # words
        try 0 --hypervisor=$row --icount --timeout="$hang" --vm=A --vm=B "$clocks"
        check "$row: counter and timer agree however often the machine stands still (Linux 2.6.9: time of day)"
done
# It was an endless loop: the flag went along to where the wedge begins.
steps=$top_builddir/testsuite/wedge/steps
for row in l4 l4x "l4x --layout=colocated"; do
        # shellcheck disable=SC2086 # words
        try 0 "$steps" && cp "$tmp/out" "$tmp/native" && try 0 --hypervisor=$row --timeout="$hang" "$steps" &&
                cmp -s "$tmp/out" "$tmp/native"
        check "$row: a kernel that steps itself stops where it does natively"
done
# What a wedge keeps of the guest's tables; baseline L4 gives applications no segments of their own.
remembered=$top_builddir/testsuite/wedge/remembered
for row in "l4 --append=without=segments" "l4x --layout=split" "l4x --layout=colocated"; do
        name="$row: what the guest has changed in its tables counts, as natively under bochs"
        if ! command -v bochs >/dev/null; then
                skip "$name" "bochs is not installed"
                continue
        fi
        case $row in *append*) append=without=segments ;; *) append= ;; esac
        # shellcheck disable=SC2086 # words
        try 0 --emulator=bochs --append="$append" "$remembered" && cp "$tmp/out" "$tmp/native" &&
                try 0 --hypervisor=$row --timeout="$hang" "$remembered" && cmp -s "$tmp/out" "$tmp/native"
        check "$name"
done
# Each backend has floating-point registers somewhere else.  QEMU does not keep the pointers natively.
floating=$top_builddir/testsuite/wedge/floating
if command -v bochs >/dev/null; then
        try 0 --emulator=bochs "$floating"
        check "natively, under bochs, floating-point state is saved and restored as the manual says"
else
        skip "floating-point state, natively" "bochs is not installed"
fi
for row in l4 l4x "l4x --layout=colocated"; do
        # shellcheck disable=SC2086 # words
        try 0 --hypervisor=$row --timeout="$hang" "$floating"
        check "$row: so it is for a guest kernel: tags, pointers, opcode, reset, MXCSR"
done
l4 125 --append=segment "$ends" && [ "$(grep -c '^afterburn run:' "$tmp/err")" = 1 ] &&
        grep -q 'segment that does not begin at 0, .*: compile it without CONFIG_SMP' "$tmp/err"
check 'a kernel with data in a segment with a base is refused in one sentence'

# with_other WORD FEED ARGUMENT...: a guest that ends as WORD says, beside one that ends well
with_other() {
        word=$1 typed=$2
        shift 2
        fed "$typed" --hypervisor=l4 --vm=good,memory=32M --vm="bad,memory=32M,append=$word" "$@" "$ends"
}
good_ended_well() { grep -q '^good: ok 1 200 ticks' "$tmp/out"; }
loop=$(nm "$ends" | sed -n 's/ T endless_loop_here//p')

with_other panic : --timeout="$hang"
[ $? = 99 ] && good_ended_well && grep -q '^bad: Bail out! as the command line asks' "$tmp/out"
check 'a panic ends one guest and leaves the other running'
with_other triple : --timeout="$hang"
[ $? = 125 ] && good_ended_well && grep -q ': bad: triple fault: eip ' "$tmp/err"
check 'so does a triple fault, and the closing line says it'
# The other one needs two seconds of an idle host: more where that is not enough.
for seconds in 20 200 "$hang"; do
        with_other loop : --timeout=$seconds
        ended=$?
        ! good_ended_well || break
done
[ "$ended" = 124 ] && good_ended_well &&
        grep -qi ": time ran out: bad: it ran with interrupts off at 0x$loop," "$tmp/err"
check 'a loop with interrupts off meets the time limit, and the closing line says where'
# It ended the run, or the other's.
for seconds in 20 200 "$hang"; do
        fed : --hypervisor=l4 --vm=good,memory=32M,append=loop --vm=bad,memory=32M,append=forge --timeout=$seconds "$ends"
        ended=$?
        ! grep -q '^bad: ok 1 200 ticks' "$tmp/out" || break
done
[ "$ended" = 124 ] && grep -q '^bad: afterburner l4: exception 14' "$tmp/out" &&
        grep -qi ": time ran out: good: it ran with interrupts off at 0x$loop," "$tmp/err"
check 'a guest that speaks for another ends itself only'
l4 0 --append=forge "$ends" && grep -q '^afterburner l4: exception 14' "$tmp/out" && grep -q '^ok 1 200 ticks' "$tmp/out"
check 'one that speaks for L4 runs to its end'
with_other half : --timeout="$hang"
[ $? = 125 ] && good_ended_well && grep -q ': bad: triple fault: eip ' "$tmp/err"
check 'half a line of its own does not hide what ended it'
killed_at_last() {
        wait_for good_ended_well && wait_for grep -q ': bad: it runs with interrupts off' "$tmp/out"
        printf '\0022\002k'
}
with_other loop killed_at_last --timeout="$hang"
[ $? = 125 ] && good_ended_well &&
        grep -qi ": bad: killed: it ran with interrupts off at 0x$loop," "$tmp/err"
check 'the operator kills it from the console'
$limit "$run" --hypervisor=l4 --timeout="$hang" --append=well "$ends" >"$tmp/out" 2>"$tmp/err" </dev/null &&
        ! grep -q 'interrupts off' "$tmp/err"
check 'of a guest that waits for interrupts nothing of that kind is said'
# The run waited for its time limit.
l4 125 --cpu=pentium3,-fxsr "$ends" && one_line ': L4 stopped: this processor lacks FXSAVE (FXSR): use a Pentium III or later,'
check 'an L4 that cannot start ends the run, and the closing line says why'
l4 125 --cpu=pentium "$ends" && one_line ': L4 stopped: this processor is older than a Pentium Pro: use a later one,'
check 'so does its loader'
exit "$failed"
