#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the counting plugin says of entries into the kernel is what QEMU's own log of
# interrupts says, vector by vector.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-costs
plugin=$top_builddir/lib/afterburner/qemu/counts.so
[ -r "$plugin" ] || skip_all "the plugin is not built"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
nm "$l4/kernel-extended" | awk '
	$3 ~ /^(exception_[0-9]+|irq_[0-9]+|int_(ipc|syscall)_entry)$/ { print $1, $3 }' >"$dir/entries"
# shellcheck disable=SC2046 # the words of the command line
timeout "$hang" $("$afterburn_l4" run --count --extended --dry-run l4-costs) \
	-plugin "$plugin,out=$dir/events,user=0xe0000000,entries=$dir/entries" \
	-d int -D "$dir/log" </dev/null >"$dir/console" 2>&1
tr -d '\r' <"$dir/console" | grep -qx '# done' || { cat "$dir/console"; exit 1; }

# The log: v=VECTOR, and the code segment: 1b users, 8 the kernel above 0xF0000000.
# int $0x80, which has no gate, is logged beside the exception it becomes.
sed -n 's/^ *[0-9]*: v=\([0-9a-f]*\) .*IP=\(001b\|0008:f\).*/\1/p' "$dir/log" | grep -vx 80 |
	sort | uniq -c | awk '{ print $2 "\t" $1 }' >"$dir/qemu"
awk -F '\t' '
	function vector(name) {
		if (name == "int_ipc_entry") return 48
		if (name == "int_syscall_entry") return 49
		if (name ~ /^irq_/) return 32 + substr(name, 5)
		return substr(name, 11) + 0
	}
	/^entry:/ && $2 > 0 { printf "%02x\t%d\n", vector(substr($1, 7)), $2 }' "$dir/events" |
	sort >"$dir/plugin"
if [ -s "$dir/qemu" ] && cmp -s "$dir/qemu" "$dir/plugin"; then
	echo "ok 1 - entries by vector: $(awk '{ n += $2 } END { print n }' "$dir/plugin") in both"
else
	echo "not ok 1 - entries by vector"
	diff "$dir/qemu" "$dir/plugin" | sed 's/^/# /'
fi
echo "1..1"
