#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Guest kernels that hold the processor: by a thread of their wedge that comes before all guests,
# whose code they can write, or by time they give themselves.  A Linux guest beside three of them
# works on as when alone, on each layout, until the operator ends them; and one that computes beside
# those that ask the resource monitor, or make L4's calls.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/isolation/guest.sh
. "${top_srcdir:?}/testsuite/isolation/guest.sh"
plan 12

# code WEDGE FUNCTION THREAD: where it is, for the guest's command line
code() {
        nm -S "$top_builddir/share/afterburner/$1" | while read -r first size _ name; do
                [ "$name" != "$2" ] || printf 'code=%s end=%x thread=%x' "$first" $((0x$first + 0x$size)) "$3"
        done
}

begun() {
        grep -q 'B: rebooted, status' "$tmp/out" && echo "$signs" | while read -r sign; do
                grep -q "^$sign" "$tmp/out" || exit 1
        done
}
operator() {
        wait_for begun
        # shellcheck disable=SC2059 # it has escapes
        printf "$keys"
}

# beside SIGNS KEYS OPTION...: the operator waits until each machine has given its sign (NAME: SIGN, one
# a line) and B is done, or the run is over too early; then he ends the others.
beside() {
        signs=$1
        keys=$2
        shift 2
        fed operator --timeout="$hang" "$@"
        [ $? = 125 ] && sed '/input goes to/q' "$tmp/out" | grep -q 'B: rebooted, status 0' &&
                [ "$(grep -c 'resourcemon: [ACD]: killed' "$tmp/out")" = "$(echo "$signs" | wc -l)" ]
}

# holding WEDGE THREAD FUNCTION THREAD FUNCTION OPTION...: three that hold the processor.
lost=memory=32M,kernel=$here
holding() {
        first=$(code "$1" "$3" "$2")
        second=$(code "$1" "$5" "$4")
        shift 5
        [ -n "$first" ] && [ -n "$second" ] || return 1
        beside 'A: # hijacks
C: # hijacks
D: # seizes' '\0021\002k\0023\002k\0024\002k' "$@" --vm="A,$lost/hijack,append=$first" --vm=B \
                --vm="C,$lost/hijack,append=$second" --vm="D,$lost/seize" --initrd="$root" "$guest" -- \
                /bin/isolation --work 5 && worked
}

try 0 --hypervisor=l4 --timeout="$hang" --initrd="$root" --quiet "$guest" -- /bin/isolation --work 5 &&
        grep '^work ' "$tmp/out" >"$tmp/alone" && [ "$(wc -l <"$tmp/alone")" = 5 ]
check 'a guest that works, alone'
same='it prints the same beside guests that make'
holding wedge-l4 1 l4vm_monitor_main 2 l4vm_helper_main --hypervisor=l4
check "l4: $same their wedge's interrupt and helper threads compute, and that give themselves time"
holding wedge-l4x-split 1 l4vm_monitor_main 2 l4vm_helper_main --hypervisor=l4x --layout=split
check "split: $same their wedge's interrupt and helper threads compute, and that give themselves time"
holding wedge-l4x-colocated 1 co_interrupts 3 co_pager_main --hypervisor=l4x --layout=colocated
check "co-located: $same their wedge's interrupt and pager threads compute, and that give themselves time"

# on LAYOUT: the words for it, in $options
on() {
        options=--hypervisor=l4
        [ "$1" = - ] || options="--hypervisor=l4x --layout=$1"
}
# computing_beside KERNEL SIGN: a machine that computes and ends, and one with this kernel
computing_beside() {
        # shellcheck disable=SC2086 # words
        beside "A: # $2" '\0021\002k' $options --icount --vm="A,$lost/$1" \
                --vm=B "$top_builddir/testsuite/run/computes" && grep -q '^B: computed' "$tmp/out"
}
for layout in - split; do
        on $layout
        computing_beside asks asks
        check "$options: one computes beside one that asks the resource monitor again and again (whose time slice had no end: whom it answered on that kept the processor)"
done
for layout in - split colocated; do
        on $layout
        computing_beside nonsense '5000 requests'
        check "$options: one computes beside one that asks the resource monitor for all kinds of nonsense (which wrote out memory without end for a text of no words)"
        computing_beside calls 'every call'
        check "$options: one computes beside one that makes L4's calls at every thread of the system and of that guest"
done
exit "$failed"
