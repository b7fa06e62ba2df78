#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Wrong arguments and a wrong compiler are refused in one clear line.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

refused() # PATTERN ARGUMENT...: no output, one error that matches
{
	pattern=$1
	shift
	rm -f "$work/t.s"
	! compile -O2 "$@" && [ ! -f "$work/t.s" ] && cp "$work/log" "$work/out" &&
		[ "$(grep -c 'afterburn:' "$work/log")" -eq 1 ] && grep -q "$pattern" "$work/log"
}

check()
{
	echo 'void f(void) { asm volatile("cli"); }' >"$work/t.c"
	refused "'-fplugin-arg-afterburn-nonsense' is not an option" -fplugin-arg-afterburn-nonsense
	ok "an unknown option"
	refused 'needs a list' -fplugin-arg-afterburn-types=; ok "an empty list of types"
	refused 'needs a list' -fplugin-arg-afterburn-accessors; ok "a missing list of accessors"
	refused 'names no feature' -fplugin-arg-afterburn-off=everything; ok "an unknown feature"
	refused 'is on or off' -fplugin-arg-afterburn-rmw=maybe; ok "a switch that is neither on nor off"
	compile -O2 -fplugin-arg-afterburn-off && ! grep -q afterburn: "$work/t.s"
	ok "off switches everything off"
	for other in 12 11; do
		[ "$cc" != gcc-$other ] && command -v gcc-$other >/dev/null || continue
		! gcc-$other -m32 -fplugin="$plugin" -S -o "$work/t.s" "$work/t.c" 2>"$work/out"
		ok "gcc $other does not take the plugin of $cc"
	done
}
each_compiler check
