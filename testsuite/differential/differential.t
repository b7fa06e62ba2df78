#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every row of the instruction table, 1,000 generated settings for each form, bound on baseline L4
# and on the wedge that is a kernel of its own: the outcomes must be those of ring 0.  Segments, debug and model-specific registers are
# held against bochs, the rest against QEMU.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/differential/lib.sh
. "$top_srcdir/testsuite/differential/lib.sh"
plan 12
# Ten times as many, and time for them, under make check-long; four times under bochs 2.7, whose
# terminal display stops it for ever after 200 emulated seconds (it writes to a pseudo-terminal of its
# own that nobody reads).
plain=plain segments=segments
if [ "${AFTERBURN_LONG:-0}" != 0 ]; then
        plain='plain cases=10000' segments='segments cases=4000'
        export AFTERBURN_TEST_LIMIT="${AFTERBURN_TEST_LIMIT-3000}"
fi

# came_to_its_end FILE: the kernel came to its end
came_to_its_end() { grep -aq '^ok 1 all forms executed' "$1"; }
# equal NATIVE BOUND: the same sums, and none missing
equal() {
        forms "$1" >"$tmp/expected" && forms "$2" >"$tmp/seen" && [ -s "$tmp/expected" ] &&
                diff "$tmp/expected" "$tmp/seen" >"$tmp/out"
}

on_qemu "$tmp/native" "$plain"
came_to_its_end "$tmp/native"
check 'natively, under QEMU, all plain forms are executed'
on_l4 "$tmp/bound" "$plain"
came_to_its_end "$tmp/bound"
check 'on L4 too'
equal "$tmp/native" "$tmp/bound"
check 'with the same registers, flags, memory and faults'

on_ring0 "$tmp/ring0" "$plain"
came_to_its_end "$tmp/ring0" && equal "$tmp/native" "$tmp/ring0"
check 'and on the ring-0 wedge'

# on_split FILE ARGUMENTS: on extended L4, the guest kernel in a space of its own
on_split() { OPTIONS='--hypervisor=l4x --layout=split' on_l4 "$@"; }
on_split "$tmp/split" "$plain"
came_to_its_end "$tmp/split" && equal "$tmp/native" "$tmp/split"
check 'and on extended L4'

# ... and with the guest kernel in every application's space
on_colocated() { OPTIONS='--hypervisor=l4x --layout=colocated' on_l4 "$@"; }
on_colocated "$tmp/colocated" "$plain"
came_to_its_end "$tmp/colocated" && equal "$tmp/native" "$tmp/colocated"
check 'and on extended L4, co-located'

rows=$(cat "$tmp/native" "$tmp/bound" | grep -ac '^form ')
[ "$rows" -gt 100 ]
check 'and there are many'

if command -v bochs >/dev/null; then
        on_bochs "$tmp/native" "$segments"
        came_to_its_end "$tmp/native" && on_l4 "$tmp/bound" "$segments" && came_to_its_end "$tmp/bound"
        check 'natively, under bochs, and on L4 all forms with segments are executed'
        equal "$tmp/native" "$tmp/bound"
        check 'with the same outcomes'
        on_ring0 "$tmp/ring0" "$segments"
        came_to_its_end "$tmp/ring0" && equal "$tmp/native" "$tmp/ring0"
        check 'and on the ring-0 wedge, with segments'
        on_split "$tmp/split" "$segments"
        came_to_its_end "$tmp/split" && equal "$tmp/native" "$tmp/split"
        check 'and on extended L4, with segments'
        on_colocated "$tmp/colocated" "$segments"
        came_to_its_end "$tmp/colocated" && equal "$tmp/native" "$tmp/colocated"
        check 'and co-located, with segments'
else
        skip 'natively, under bochs, and on L4 all forms with segments are executed' 'no bochs'
        skip 'with the same outcomes' 'no bochs'
        skip 'and on the ring-0 wedge, with segments' 'no bochs'
        skip 'and on extended L4, with segments' 'no bochs'
        skip 'and co-located, with segments' 'no bochs'
fi
exit "$failed"
