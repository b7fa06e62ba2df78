#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The images boot from a GRUB CD, under QEMU and under bochs, both kernels.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline kernel-extended sigma0 l4-costs
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
# booted NAME: the root task has run to its end.
booted() {
	n=$((n + 1))
	if tr -d '\r' <"$dir/console" | grep -qx '# done'; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		tail -n 5 "$dir/console" | sed 's/^/# /'
	fi
	: >"$dir/console"
}
for kernel in baseline extended; do
	rm -rf "$dir/iso"
	l4_iso "$dir" "kernel-$kernel" l4-costs
	timeout "$hang" qemu-system-i386 -accel tcg -m 64 -display none -monitor none -net none -no-reboot \
		-serial "file:$dir/console" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-cdrom "$dir/l4.iso" -boot d </dev/null >/dev/null 2>&1
	booted "kernel-$kernel from a CD under QEMU"
	l4_bochs "$dir"
	booted "kernel-$kernel from a CD under bochs"
done
echo "1..$n"
