#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run --hypervisor=l4x --layout=colocated: samples, and Linux and its smoke suite where an
# afterburned kernel is there.  QEMU checks no segment limits, so what they forbid is left out here.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
share=$top_builddir/share/afterburner
rows=$(grep -c '^AB_INSN' "$top_srcdir/afterburner/insn-ia32.def")
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
rootfs=$share/rootfs.cpio.gz
closed='kernel memory is closed to user mode'
plan 6

co() {
        want=$1
        shift
        try "$want" --hypervisor=l4x --layout=colocated --timeout=100 "$@"
}

co 0 "$share/hello" && [ "$(grep -c '^ok ' "$tmp/out")" = "$rows" ] && ! grep -q '^not ok' "$tmp/out"
check 'hello: every row of the table'
co 1 "$share/mini"
grep -v "$closed" "$tmp/out" >"$tmp/bounded"
[ "$(grep -c '^ok ' "$tmp/bounded")" = 8 ] && ! grep -q '^not ok' "$tmp/bounded"
check 'mini: processes, timer, memory of its own for each'
co 125 --vm=one --vm=two "$share/mini"
[ "$(grep -v "$closed" "$tmp/out" | grep -c '^one: ok ')" = 8 ] &&
        [ "$(grep -v "$closed" "$tmp/out" | grep -c '^two: ok ')" = 8 ]
check 'two guests side by side'

# An absolute address (mov %eax) beyond the limit: the wedge decodes it, and the guest sees a page fault.
if command -v bochs >/dev/null; then
        co 0 --emulator=bochs "$share/mini" && grep -q "^ok 9 $closed" "$tmp/out"
        check 'mini under bochs, which checks limits: kernel memory is closed'
else
        skip 'mini under bochs' 'bochs is not installed'
fi

if [ ! -f "$guest" ] || [ ! -f "$rootfs" ]; then
        for name in 'a command' 'smoke suite'; do
                skip "Linux: $name" 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux'
        done
        exit "$failed"
fi
co 0 --quiet --initrd="$mini" "$guest" -- /bin/say one && echo '[one]' | cmp -s - "$tmp/out"
check 'Linux: a command runs and only its output is shown'
# The address of the kernel, and the line that says why that test failed.
co 1 --quiet --initrd="$rootfs" --memory=128M "$guest" -- /bin/smoke
grep -v ' an address of the kernel: \|^# kernel_address' "$tmp/out" >"$tmp/bounded"
cp "$tmp/bounded" "$tmp/out"
[ "$(grep -c '^ok ' "$tmp/bounded")" = 56 ] && ! grep -q '^not ok' "$tmp/bounded"
check 'Linux: the smoke suite'
exit "$failed"
