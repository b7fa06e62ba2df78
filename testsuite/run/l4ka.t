#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Guests on an unpatched L4Ka::Pistachio: AFTERBURN_L4KA names its kernel, a build for IA-32
# with IO fpages.  It stops for ever at an invalid instruction (#UD), so hello's rows and the
# smoke test that are one are left out; all else prints what it prints on the bare machine.
# AFTERBURN_TEST_GUEST names another afterburned Linux.
# Without that kernel, ours by its name shows at least that nothing is asked of it which it lacks.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
share=$top_builddir/share/afterburner
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
kernel=${AFTERBURN_L4KA-}
plan 12

skip_rest() {
        why=$1
        shift
        for name; do
                skip "$name" "$why"
        done
        exit "$failed"
}

# both STATUS ARGUMENT...: it ends so on L4Ka::Pistachio and on the bare machine, and prints the same
both() {
        l4ka "$@" && cp "$tmp/out" "$tmp/l4" && try "$@" && cmp "$tmp/l4" "$tmp/out" >>"$tmp/err" 2>&1
}

l4ka() {
        want=$1
        shift
        try "$want" --hypervisor=l4 --l4-kernel="$kernel" --timeout="$hang" "$@"
}

if [ -f "$guest" ]; then
        root_for "$guest" "$tmp/root"
        ours=$top_builddir/lib/afterburner/l4/kernel-baseline
        sed 's/Afterburner L4 X\.2/L4Ka::Pistachio   /' "$ours" >"$tmp/named"
        kernel=$tmp/named
        ! cmp -s "$ours" "$tmp/named" &&
                both 0 --memory=128M --quiet --initrd="$tmp/root" "$guest" -- /bin/smoke && all_told "$tmp/out"
        check 'our kernel by its name: no thread that waits is halted (the smoke suite)'
        kernel=${AFTERBURN_L4KA-}
else
        skip 'our kernel by its name' 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux'
fi
[ -n "$kernel" ] || skip_rest 'AFTERBURN_L4KA names no kernel of L4Ka::Pistachio' hello mini '768 MB' \
        'several guests' 'a bad guest' command input 'exit status' 'smoke suite' 'two Linuxes' panic
both 0 "$share/hello" -- without=INT1,RDPID,RDPRU,VIRT && [ "$(grep -c SKIP "$tmp/out")" = 4 ]
check 'hello: every row but invalid instructions'
both 0 "$share/mini"
check 'mini'
l4ka 0 --memory=768M "$share/mini"
check 'a guest with 768 MB'
l4ka 0 --vm=A,memory=32M --vm=B,memory=40M "$share/mini" && [ "$(grep -c '^A: ok ' "$tmp/out")" = 9 ] &&
        [ "$(grep -c '^B: ok ' "$tmp/out")" = 9 ]
check 'two guests'
l4ka 125 --vm=good --vm="bad,kernel=$share/hello-plain" "$share/mini" &&
        [ "$(grep -c '^good: ok ' "$tmp/out")" = 9 ]
check 'a guest that is refused leaves the other running'

[ -f "$guest" ] || skip_rest 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux' command \
        input 'exit status' 'smoke suite' 'two Linuxes' panic
l4ka 0 --quiet --initrd="$mini" "$guest" -- /bin/say one && echo '[one]' | cmp -s - "$tmp/out"
check 'Linux: a command runs'
printf 'k\nkeys\n\n' | $limit "$run" --hypervisor=l4 --l4-kernel="$kernel" --timeout="$hang" --quiet \
        --initrd="$mini" "$guest" -- /bin/say -e >"$tmp/out" 2>"$tmp/err" && grep -q '^read k' "$tmp/out" &&
        grep -q '^read keys' "$tmp/out"
check 'Linux: what is typed reaches the command'
l4ka 42 --quiet --initrd="$mini" "$guest" -- /bin/say -x 42
check 'Linux: its exit status comes through'
both 0 --memory=128M --quiet --initrd="$tmp/root" "$guest" -- /bin/smoke --without=ud &&
        all_told "$tmp/out" && ! grep -q '^not ok' "$tmp/out"
check 'Linux: the smoke suite but invalid instructions'
l4ka 0 --vm=A --vm=B,memory=48M --initrd="$mini" "$guest" -- /bin/say both &&
        grep -q '^A: \[both\]' "$tmp/out" && grep -q '^B: \[both\]' "$tmp/out"
check 'Linux: two side by side'
root_of_nothing "$tmp/nothing"
l4ka 125 --vm=A --vm="B,initrd=$tmp/nothing" --initrd="$mini" "$guest" -- /bin/say alive &&
        grep -q '^A: \[alive\]' "$tmp/out"
check 'Linux: one that panics leaves the other running'
exit "$failed"
