#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run --hypervisor=l4x --layout=colocated: samples, and Linux and its smoke suite where an
# afterburned kernel is there.  QEMU checks no segment limits, so what they forbid is left out there;
# under bochs, which does, nothing is.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
share=$top_builddir/share/afterburner
rows=$(grep -c '^AB_INSN' "$top_srcdir/afterburner/insn-ia32.def")
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
rootfs=$share/rootfs.cpio.gz
closed='kernel memory is closed to user mode'
small="--l4-kernel=$top_builddir/lib/afterburner/l4/kernel-all --without=master"
plan 18

co() {
        want=$1
        shift
        try "$want" --hypervisor=l4x --layout=colocated --timeout="$hang" "$@"
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
        # shellcheck disable=SC2086 # words
        co 0 --emulator=bochs $small "$share/mini" && [ "$(grep -c "^ok " "$tmp/out")" = 9 ]
        check "mini under bochs, the interrupt thread in a small space"
        co 0 --emulator=bochs "$top_builddir/testsuite/wedge/beyond" && [ "$(grep -c "^ok " "$tmp/out")" = 9 ]
        check "under bochs: steps and split instructions in a page of the kernel that applications run"
else
        skip 'mini under bochs' 'bochs is not installed'
        skip 'mini under bochs with a small space' 'bochs is not installed'
        skip "a page of the kernel that applications run" "bochs is not installed"
fi

# What can be left out, for measurements: processes and memory of their own as before.
for part in recycling limits preemption invalidation bulk; do
        co 1 --without=$part "$share/mini"
        [ "$(grep -v "$closed" "$tmp/out" | grep -c "^ok ")" = 8 ]
        check "mini without $part"
done

# shellcheck disable=SC2086 # words
co 1 $small "$share/mini"
[ "$(grep -v "$closed" "$tmp/out" | grep -c "^ok ")" = 8 ]
check 'mini, the interrupt thread in a small space'
co 125 --without=master "$share/mini" && grep -q 'needs a kernel with them' "$tmp/err"
check 'which a kernel without small spaces refuses'

if [ ! -f "$guest" ] || [ ! -f "$rootfs" ]; then
        for name in 'a command' 'smoke suite' 'smoke suite with a small space' 'smoke suite under bochs' \
                'parts left out'; do
                skip "Linux: $name" 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux'
        done
        exit "$failed"
fi
co 0 --quiet --initrd="$mini" "$guest" -- /bin/say one && echo '[one]' | cmp -s - "$tmp/out"
check 'Linux: a command runs and only its output is shown'
# All tests of the plan pass but one: the address of the kernel, and the line that says why.
smoke() {
        co 1 "$@" --quiet --initrd="$rootfs" --memory=128M "$guest" -- /bin/smoke
        grep -v ' an address of the kernel: \|^# kernel_address' "$tmp/out" >"$tmp/bounded"
        cp "$tmp/bounded" "$tmp/out"
        tests=$(sed -n 's/^1\.\.//p' "$tmp/bounded")
        [ "$(grep -c '^ok ' "$tmp/bounded")" = $((tests - 1)) ] && ! grep -q '^not ok' "$tmp/bounded"
}
smoke
check 'Linux: the smoke suite'
# shellcheck disable=SC2086 # words
smoke $small
check 'Linux: the smoke suite, the interrupt thread in a small space'

if command -v bochs >/dev/null; then
        root_for "$guest" "$tmp/root"
        try 0 --quiet --initrd="$tmp/root" --memory=128M "$guest" -- /bin/smoke && cp "$tmp/out" "$tmp/native" &&
                co 0 --emulator=bochs --quiet --initrd="$tmp/root" --memory=128M "$guest" -- /bin/smoke &&
                all_told "$tmp/out" && ! grep -q '^not ok' "$tmp/out" && cmp -s "$tmp/out" "$tmp/native"
        check 'Linux: the smoke suite under bochs, all of it, prints what it prints on the bare machine'
else
        skip 'Linux: the smoke suite under bochs' 'bochs is not installed'
fi

# forks [--without=PART]: entries of L4 and instructions of a command that forks; both repeat exactly
forks() {
        co 0 --quiet --icount --memory=128M --append=norandmaps --initrd="$mini" "$@" "$guest" -- /bin/bench fork 20 &&
                grep -q '^fork 20 ' "$tmp/out" &&
                sed -n 's/.* \([0-9]*\) instructions, \([0-9]*\) hyper.*/\2 \1/p' "$tmp/err"
}
full=$(forks)
for part in recycling limits preemption invalidation bulk; do
        echo "$part $full $(forks --without=$part)"
done >"$tmp/parts"
# shellcheck disable=SC2086 # words
echo "master $(forks "${small%% *}") $(forks $small)" >>"$tmp/parts"
cp "$tmp/parts" "$tmp/out"
awk 'NF != 5 { exit 1 }
     /^(recycling|invalidation|bulk)/ && $4 <= $2 || /^limits/ && $5 >= $3 || /^master/ && $5 <= $3 || /^preemption/ && $5 == $3 { exit 1 }' "$tmp/parts" &&
        [ "$(wc -l <"$tmp/parts")" = 6 ]
check 'Linux: a part that is left out shows in what a fork costs'
exit "$failed"
