#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two guests under mixed load work on while threads of their wedges are stopped again and again, in
# the midst of moving the guest kernel or of waking it (stall.c).  Time is the number of
# instructions, so it is the same each time and on every host.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
[ -f "$guest" ] || skip_all "no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux"
plan 3
root_for "$(readlink -f "$guest")" "$tmp/root"

# A tree with another resource monitor: afterburn run finds its files from where it is itself.
build=$(readlink -f "$top_builddir")
mkdir -p "$tmp/tree/libexec/afterburner" "$tmp/tree/lib/afterburner/l4"
ln -s "$build/share" "$tmp/tree/share"
ln -s "$build/libexec/afterburner/"* "$tmp/tree/libexec/afterburner"
ln -s "$build/lib/afterburner/l4/"* "$tmp/tree/lib/afterburner/l4"
ln -sf "$build/testsuite/stall/resourcemon" "$tmp/tree/lib/afterburner/l4/resourcemon"
rm "$tmp/tree/libexec/afterburner/afterburn-run"
cp "$run" "$tmp/tree/libexec/afterburner"
run=$tmp/tree/libexec/afterburner/afterburn-run

# works LEAST OPTION...: both do all of their load, with so many stalls
works() {
        least=$1
        shift
        try 0 --icount --timeout="$hang" "$@" --initrd="$tmp/root" --vm=A,memory=96M --vm=B,memory=96M "$guest" -- \
                /bin/soak 0 || return 1
        stalls=$(sed -n 's/^resourcemon: \([0-9]*\) stalls.*/\1/p' "$tmp/out" | tail -n 1)
        [ "$(grep -c '^[AB]: soak: .* 0 failures' "$tmp/out")" = 2 ] && [ "${stalls:-0}" -ge "$least" ]
}

works 1000 --hypervisor=l4
check 'l4: guests work on while the monitor threads of their wedges stand still anywhere'
works 50 --hypervisor=l4x --layout=colocated
check 'co-located: and while interrupt and pager threads do'
works 50 --hypervisor=l4x --layout=split
check 'split: and while monitor threads do'
exit "$failed"
