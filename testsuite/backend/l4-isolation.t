#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# User code of a virtual machine calls L4 in every way; a second machine looks on.  Then there is none.
# Another program and kernel of L4: WEDGE, KERNEL.  Time is instructions, so a busy host changes nothing.
wedge=${top_builddir:?}/testsuite/backend/${WEDGE-l4-isolation}
l4=$top_builddir/lib/afterburner/l4
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if ! command -v qemu-system-i386 >/dev/null; then
        echo "1..0 # SKIP no qemu-system-i386"
        exit 0
fi
n=0
ok() {
        n=$((n + 1))
        if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
# Run the machines in $tmp/vms: what they say goes to $tmp/out, how it ends to $status.
run() {
        timeout 900 qemu-system-i386 -accel tcg -icount shift=4,sleep=off -cpu qemu32,+sse,+sse2,+fxsr -m 96 \
                -nodefaults -display none -no-reboot -rtc base=2020-01-02,clock=vm -serial stdio \
                -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$l4/loader" \
                -initrd "$l4/${KERNEL-kernel-baseline},$l4/sigma0,$l4/resourcemon,$tmp/vms,$wedge" \
                </dev/null >"$tmp/out"
        status=$?
}
# What a machine has found.  Its lines stand behind $1; its checks go on from number n.
results() {
        tr -d '\r' <"$tmp/out" | sed -n "s/^$1//p" | grep -v -e '^1\.\.' -e '^resourcemon: ' >"$tmp/results"
        awk -v n="$n" '/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) } { print }' "$tmp/results"
        n=$((n + $(grep -Ec '^(not )?ok ' "$tmp/results")))
}

cat >"$tmp/vms" <<EOF
afterburn-vms 1
vm attacker
memory 16
wedge 1
vm victim
memory 16
wedge 1
append victim
EOF
run
results "attacker: "
grep -q 'attacker: powered off, status 0' "$tmp/out"
ok $? "the attacker's machine ended by itself, all well"
grep -q 'victim: powered off, status 0' "$tmp/out"
ok $? "nothing happened to the other machine"
[ $status = 65 ]
ok $? "nor to the resource monitor"

# Its threads have time of their own on each kernel then.
cat >"$tmp/vms" <<EOF
afterburn-vms 1
vm alone
memory 16
wedge 1
append alone
EOF
run
results ""
[ $status = 65 ]
ok $? "a machine that was alone ended by itself, all well"
echo "1..$n"
