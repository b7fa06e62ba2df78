#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A machine that cannot start says so in one sentence that tells what to do.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline sigma0 pingpong
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

# says SENTENCE NAME ARGUMENT ...: booted with these arguments, QEMU's console has
# exactly one line, which is this one.  The machine stops and does not end, so it is
# ended as soon as the whole line is there.
says() {
	sentence=$1 name=$2
	shift 2
	n=$((n + 1))
	: >"$dir/console"
	qemu-system-i386 -accel tcg -display none -monitor none -net none -no-reboot \
		-serial "file:$dir/console" "$@" </dev/null >"$dir/messages" 2>&1 &
	machine=$!
	patience=$((hang * 10))
	until tr '\r' '#' <"$dir/console" | grep -q "^afterburner l4: .*#" ||
		[ $patience = 0 ] || ! kill -0 "$machine" 2>/dev/null; do
		patience=$((patience - 1))
		sleep 0.1
	done
	sleep 0.3
	kill "$machine" 2>/dev/null
	wait "$machine" 2>/dev/null
	tr -d '\r' <"$dir/console" | grep . >"$dir/lines"
	if [ "$(cat "$dir/lines")" = "afterburner l4: $sentence" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$dir/lines" "$dir/messages"
	fi
}
normal="-cpu qemu32,+sse,+sse2,+fxsr -m 64"
order='in this order'

# shellcheck disable=SC2086 # several options
{
	says "1 modules: give at least kernel, sigma0 and root task, $order" \
		"too few modules" $normal -kernel "$l4/loader" -initrd "$l4/kernel-baseline"
	says "the first module is not an L4 kernel: give kernel, sigma0 and root task, $order" \
		"the modules in a wrong order" $normal -kernel "$l4/loader" \
		-initrd "$l4/sigma0,$l4/kernel-baseline,$l4/pingpong"
	echo "no program" >"$dir/text"
	says "the root task (third) module is not an IA-32 ELF executable: give the modules kernel, sigma0 and root task, $order" \
		"a module that is no program" $normal -kernel "$l4/loader" \
		-initrd "$l4/kernel-baseline,$l4/sigma0,$dir/text"
	head -c 9000 "$l4/pingpong" >"$dir/short"
	says "the root task (third) module is cut short: copy it again" \
		"a module that is cut short" $normal -kernel "$l4/loader" \
		-initrd "$l4/kernel-baseline,$l4/sigma0,$dir/short"
	says "this processor lacks global pages (PGE): use a Pentium III or later" \
		"a processor without a needed feature" -cpu qemu32,-pge -m 64 -kernel "$l4/loader" \
		-initrd "$l4/kernel-baseline,$l4/sigma0,$l4/pingpong"
	says "this processor lacks FXSAVE (FXSR): use a Pentium III or later" \
		"a processor that is too old" -cpu pentium2,-fxsr -m 64 -kernel "$l4/loader" \
		-initrd "$l4/kernel-baseline,$l4/sigma0,$l4/pingpong"
	says "11775 KB of memory: give the machine at least 16 MB" \
		"too little memory" -cpu qemu32,+sse,+fxsr -m 12 -kernel "$l4/loader" \
		-initrd "$l4/kernel-baseline,$l4/sigma0,$l4/pingpong"
}
echo "1..$n"
