#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# User code of a virtual machine calls L4 in every way; a second machine looks on.
# Another program and kernel of L4: WEDGE, KERNEL.  Time is instructions, so a busy host changes nothing.
wedge=${top_builddir:?}/testsuite/backend/${WEDGE-l4-isolation}
l4=$top_builddir/lib/afterburner/l4
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if ! command -v qemu-system-i386 >/dev/null; then
        echo "1..0 # SKIP no qemu-system-i386"
        exit 0
fi
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
timeout 900 qemu-system-i386 -accel tcg -icount shift=4,sleep=off -cpu qemu32,+sse,+sse2,+fxsr -m 96 -nodefaults \
        -display none -no-reboot -rtc base=2020-01-02,clock=vm -serial stdio \
        -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$l4/loader" \
        -initrd "$l4/${KERNEL-kernel-baseline},$l4/sigma0,$l4/resourcemon,$tmp/vms,$wedge" \
        </dev/null >"$tmp/out"
status=$?
# Lines of one machine stand behind its name.
tr -d '\r' <"$tmp/out" | sed -n 's/^attacker: //p' | grep -v '^1\.\.' | tee "$tmp/results"
n=$(grep -Ec '^(not )?ok ' "$tmp/results")
ok() {
        n=$((n + 1))
        if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
grep -q 'attacker: powered off, status 0' "$tmp/out"
ok $? "the attacker's machine ended by itself, all well"
grep -q 'victim: powered off, status 0' "$tmp/out"
ok $? "nothing happened to the other machine"
[ $status = 65 ]
ok $? "nor to the resource monitor"
echo "1..$n"
