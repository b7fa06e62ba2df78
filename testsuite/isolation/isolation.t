#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Applications of a Linux guest on baseline L4 attack, and change nothing; guests attack, panic,
# triple-fault and loop, and a second one works on as when alone.
# AFTERBURN_TEST_GUEST names another kernel, OPTIONS another hypervisor; with ATTACKS_ONLY the first
# part is all.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/isolation/guest.sh
. "${top_srcdir:?}/testsuite/isolation/guest.sh"
# With /attack, the program attacks even if told to work.
root_with "$tmp/hostile" 'file /attack 0600 /dev/null'

# l4 STATUS ARGUMENT...
l4() {
        want=$1
        shift
        # shellcheck disable=SC2086 # words
        try "$want" ${OPTIONS:---hypervisor=l4} --timeout="$hang" --initrd="$root" "$@"
}

# Each attack's result becomes one of this test's.
l4 0 --quiet "$guest" -- /bin/isolation
ended=$?
cp "$tmp/out" "$tmp/attacks"
cp "$tmp/err" "$tmp/ended"
grep -E '^(ok |not ok |# )' "$tmp/attacks"
count=$(grep -Ec '^(not )?ok ' "$tmp/attacks")
! grep -q '^not ok' "$tmp/attacks" || failed=1
cp "$tmp/ended" "$tmp/err"
tail -n 2 "$tmp/attacks" >"$tmp/out"
[ $ended = 0 ] && [ "$count" -gt 0 ] && grep -q "^1\.\.$count\$" "$tmp/attacks"
check 'all attacks were made, and the guest ended in order'

if [ -n "${ATTACKS_ONLY-}" ]; then
        echo "1..$count"
        exit "$failed"
fi

# The worker alone; then beside each of the others.
l4 0 --quiet "$guest" -- /bin/isolation --work 20 && grep '^work ' "$tmp/out" >"$tmp/alone" &&
        [ "$(wc -l <"$tmp/alone")" = 20 ]
check 'a guest that works, alone'

lost=A,memory=32M,kernel
l4 0 --vm="A,initrd=$tmp/hostile" --vm=B "$guest" -- /bin/isolation --work 20 && worked &&
        grep -q '^A: ok ' "$tmp/out" && ! grep -q '^A: not ok' "$tmp/out"
check 'it prints the same beside a guest whose applications attack'
root_of_nothing "$tmp/nothing"
l4 125 --vm="A,initrd=$tmp/nothing" --vm=B "$guest" -- /bin/isolation --work 20 && worked &&
        grep -q '^A: Kernel panic' "$tmp/out" && grep -q 'A: rebooted' "$tmp/out"
check 'it prints the same beside a guest that panics'
l4 125 --vm="$lost=$here/triple" --vm=B "$guest" -- /bin/isolation --work 20 && worked &&
        grep -q 'A: .*triple fault' "$tmp/out"
check 'it prints the same beside a guest with a triple fault, which ends with that reason'
l4 99 --vm="$lost=$here/ports" --vm=B "$guest" -- /bin/isolation --work 20 && worked &&
        grep -q "^A: # still there" "$tmp/out" && grep -q "^A: Bail out.*vector 13" "$tmp/out"
check "it prints the same beside a kernel that writes ports nobody granted"
l4 99 --vm="$lost=$here/memory" --vm=B "$guest" -- /bin/isolation --work 20 && worked &&
        grep -q "^A: Bail out.*vector 14" "$tmp/out"
check "it prints the same beside a kernel that writes the memory of L4"
operator() {
        wait_for grep -q "B: rebooted, status" "$tmp/out" && wait_for grep -q "$sign" "$tmp/out"
        printf '\0021\002k'
}
# beside MACHINE SIGN: nothing but the operator ends this one; he waits until the other is done and
# this one has given a sign, however long the host takes; or until the run is over too early.
beside() {
        sign=$2
        # shellcheck disable=SC2086 # words
        fed operator ${OPTIONS:---hypervisor=l4} --timeout="$hang" --initrd="$root" --vm="$1" --vm=B \
                "$guest" -- /bin/isolation --work 20
        [ $? = 125 ] && worked && grep -q 'B: rebooted, status 0' "$tmp/out"
}
beside "$lost=$here/loop" ': A: it runs with interrupts off' && grep -q ': A: killed: it ran with interrupts off' "$tmp/err"
check 'it prints the same beside a guest that loops with interrupts off'
wedge=$top_builddir/share/afterburner/wedge-l4
case ${OPTIONS-} in *l4x*) wedge=${wedge}x-split ;; esac
address=$(nm "$wedge" | sed -n 's/ . l4vm$//p')
beside "$lost=$here/shared,append=shared=$address" '^A: # 500 times' && grep -q ': A: killed' "$tmp/err"
check 'it prints the same beside a guest that writes what the resource monitor reads'
beside "$lost=$here/calls" '^A: # every call' && grep -q ': A: killed' "$tmp/err"
check "it prints the same beside a kernel that makes L4's calls at every thread of the system and of this guest"
echo "1..$count"
exit "$failed"
