#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the plugin finds arrives in the records, through the assembler pass.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2154,SC2086,SC2016,SC2015
. "$top_srcdir/testsuite/plugin/lib.sh"

kinds() # NAME: how many records of that kind
{
	awk -v name="\"$1\"" '
		/"by_kind"/ { inside = 1 } /"by_padding"/ { inside = 0 }
		inside && /"name"/ { found = index($0, name) }
		inside && /"sites"/ && found { gsub(/[^0-9]/, ""); print; exit }
	' "$work/json"
}

check()
{
	cp "$top_srcdir/afterburner/plugin/selftest.c" "$work/t.c"
	$cc $kernel_flags -O2 -fplugin="$plugin" -B"$top_builddir/libexec/afterburner/toolchain/" \
		-c -o "$work/t.o" "$work/t.c" >"$work/out" 2>&1
	ok "plugin and pass compile together"
	"$top_builddir/libexec/afterburner/afterburn-report" --format=json "$work/t.o" >"$work/json" 2>"$work/out"
	ok "the record reader accepts what they wrote"
	[ "$(kinds 'page-table store')" = 2 ]; ok "two page-table stores: plain and by a bit operation"
	[ "$(kinds 'page-table read')" = 1 ]; ok "one fetch of a status bit"
	[ "$(kinds 'device access')" = 1 ]; ok "one device access"
	[ "$(kinds hook)" = 2 ]; ok "two hooks: block copy and module"
	[ "$(kinds instruction)" = 1 ]; ok "one instruction"
	objcopy -O binary -j .afterburn.notes --set-section-flags .afterburn.notes=alloc "$work/t.o" "$work/notes" 2>"$work/out" &&
		tr '\0' '\n' <"$work/notes" | grep -q 'handed_out: page-table pointer is argument 1 of unknown'
	ok "the note is in the object file"
}
each_compiler check
