#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every row of the instruction table but those that touch segments, debug and model-specific registers
# (segments.t), 1,000 generated settings for each form, bound on every platform: the outcomes must
# be those of ring 0 under QEMU.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/differential/lib.sh
. "$top_srcdir/testsuite/differential/lib.sh"
plan 6

forms='plain'
[ "${AFTERBURN_LONG:-0}" = 0 ] || forms='plain cases=10000'

on_qemu "$tmp/native" "$forms"
came_to_its_end "$tmp/native"
check 'natively, under QEMU, all plain forms are executed'
for platform in $platforms; do
        same_on "$platform" "$tmp/native" "$forms"
        check "on $platform: the same registers, flags, memory and faults"
done
[ "$(grep -ac '^form ' "$tmp/native")" -gt 50 ]
check 'and there are more than fifty'
exit "$failed"
