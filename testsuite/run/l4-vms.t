#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor between several guests, ordered from the console (Ctrl-B): which one
# hears, which one stops or is killed; the others are served on.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
plan 4

# said TEXT [WORDS]: has the machine said it?  If not, the words are typed, again and again
said() {
        ! grep -qF -- "$1" "$tmp/out" || return 0
        # not more often than a slow host can take it
        [ $# = 1 ] || [ $((patience % 5)) != 4 ] || printf '%s\n' "$2"
        return 1
}

# ordered: what order() types
ordered() {
        # Now the guests' lines are open; before, half a line might get lost.
        wait_for said 'A: Run /init' && wait_for said 'B: Run /init' && wait_for said 'A: read one' one || return
        printf '\002%s' "$key"
        wait_for said "$answer" || return
        printf '\0022'
        wait_for said 'resourcemon: input goes to B' && wait_for said 'B: read two' two || return
        printf '\n'
        wait_for said 'resourcemon: B: rebooted, status 0'
}

# order KEY TEXT: with both guests waiting for a line, press Ctrl-B KEY; A says TEXT; then B works on
order() {
        key=$1 answer=$2
        fed ordered --hypervisor=l4 --timeout="$hang" --vm=A,memory=32M --vm=B,memory=32M --initrd="$mini" \
                "$guest" -- /bin/say -e
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
