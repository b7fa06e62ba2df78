#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor between several guests, ordered from the console (Ctrl-B): which one
# hears, which one stops or is killed; the others are served on.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
plan 4

# wait_for TEXT [WORDS]: until the machine has said it; type the words meanwhile, again and again
wait_for() {
        patience=$((hang * 5))
        until grep -qF -- "$1" "$tmp/out"; do
                patience=$((patience - 1))
                [ $patience -gt 0 ] || exit 0
                # not more often than a slow host can take it
                [ $# = 1 ] || [ $((patience % 5)) != 4 ] || printf '%s\n' "$2"
                sleep 0.2
        done
}

# order KEY TEXT: with both guests waiting for a line, press Ctrl-B KEY; A says TEXT; then B works on
order() {
        : >"$tmp/out"
        {
                # Now the guests' lines are open; before, half a line might get lost.
                wait_for 'A: Run /init'
                wait_for 'B: Run /init'
                wait_for 'A: read one' one
                printf '\002%s' "$1"
                wait_for "$2"
                printf '\0022'
                wait_for 'resourcemon: input goes to B'
                wait_for 'B: read two' two
                printf '\n'
                wait_for 'resourcemon: B: rebooted, status 0'
        } | $limit "$run" --hypervisor=l4 --timeout="$hang" --vm=A,memory=32M --vm=B,memory=32M \
                --initrd="$mini" "$guest" -- /bin/say -e >>"$tmp/out" 2>"$tmp/err"
        status=$?
        ! sed '1,/A: read one/d' "$tmp/out" | grep -q "^A: .*two" && grep -q '^B: read two' "$tmp/out" &&
                grep -q '^resourcemon: B: rebooted, status 0' "$tmp/out" && [ $status = 125 ]
}

if [ ! -f "$guest" ]; then
        for name in kill 'the reason' stop 'the reason'; do
                skip "$name" 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux'
        done
        exit "$failed"
fi
order k 'resourcemon: A: killed'
check 'a guest is killed; the other takes what is typed, and ends as it should'
grep -q '^resourcemon: A: killed$' "$tmp/out" && ! grep -q '^A: .*Restarting' "$tmp/out"
check 'it is gone at once, and the console says why'
order s 'resourcemon: A: powered off'
check 'a guest is stopped; the other is served on'
grep -q '^resourcemon: A: powered off, status 0$' "$tmp/out"
check 'its wedge ends it in order'
exit "$failed"
