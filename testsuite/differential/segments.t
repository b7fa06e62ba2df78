#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The rows that touch segments, debug and model-specific registers, 1,000 generated settings for each
# form, bound on every platform: the outcomes must be those of ring 0 under bochs.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/differential/lib.sh
. "$top_srcdir/testsuite/differential/lib.sh"
plan 5

# Not ten times as many: the terminal display of bochs 2.7 stops it for ever after 200 emulated
# seconds (it writes to a pseudo-terminal of its own that nobody reads).
forms='segments'
[ "${AFTERBURN_LONG:-0}" = 0 ] || forms='segments cases=4000'

if command -v bochs >/dev/null; then
        on_bochs "$tmp/native" "$forms"
        came_to_its_end "$tmp/native"
        check 'natively, under bochs, all forms with segments are executed'
        for platform in $platforms; do
                same_on "$platform" "$tmp/native" "$forms"
                check "on $platform: the same outcomes"
        done
else
        for platform in bochs $platforms; do
                skip "forms with segments: $platform" 'no bochs'
        done
fi
exit "$failed"
