#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor between several guests, ordered from the console (Ctrl-B): which one
# hears, which one stops or is killed; the others are served on.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
plan 6

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
        wait_for said "$answer" && $other && wait_for said 'B: read two' two || return
        printf '\n'
        wait_for said 'resourcemon: B: rebooted, status 0'
}

choose_b() {
        printf '\0022'
        wait_for said 'resourcemon: input goes to B'
}

kill_a_again() {
        printf '\002k'
        wait_for said 'resourcemon: A has ended'
}

fed_both() {
        fed "$1" --hypervisor=l4 --timeout="$hang" --vm=A,memory=32M --vm=B,memory=32M --initrd="$mini" \
                "$guest" -- /bin/say -e
}

# order KEY TEXT [OTHER]: with both guests waiting for a line, press Ctrl-B KEY; A says TEXT; after OTHER B works on
order() {
        key=$1 answer=$2 other=${3-choose_b}
        fed_both ordered
        status=$?
        ! sed '1,/A: read one/d' "$tmp/out" | grep -q "^A: .*two" && grep -q '^B: read two' "$tmp/out" &&
                grep -q '^resourcemon: B: rebooted, status 0' "$tmp/out" && [ $status = 125 ]
}

# typed_at_once: to A, then to B, and the resource monitor sees it all at one look
typed_at_once() {
        wait_for said 'A: Run /init' && wait_for said 'B: Run /init' && wait_for said 'A: read one' one || return
        choose_b && wait_for said 'B: read one' one || return
        printf '\0021'
        wait_for said 'resourcemon: input goes to A' || return
        printf '3\n\0022\n'
        wait_for said 'A: read 3' && wait_for said 'B: rebooted, status 0' || return
        printf '\n' # to A, as B has ended
        wait_for said 'A: rebooted, status 0'
}

if [ ! -f "$guest" ]; then
        for name in kill 'the reason' stop 'the reason' 'the next' 'at once'; do
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
order k 'resourcemon: A: killed' kill_a_again && grep -q '^resourcemon: A has ended, input goes to B$' "$tmp/out"
check 'what is typed when a guest has ended the next one hears, and the console says so; an order to kill nobody obeys'
fed_both typed_at_once && grep -q '^resourcemon: B has ended, input goes to A$' "$tmp/out"
check 'what is typed to two guests at once both hear'
exit "$failed"
