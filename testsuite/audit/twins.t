#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An example of every row of the table goes through the assembler pass.  The
# audit accepts the result, padded either way; whatever is spoiled about any one site, it objects.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"

for padding in prefix nop; do
	if ! "$top_builddir/bin/afterburn-as" --padding=$padding --32 -o "$work/$padding.o" \
		"$here/rows.s" >"$work/out" 2>&1; then
		echo "1..1"
		result 1 "assembling an example of every row, padding $padding"
		exit 1
	fi
	link $padding
done
cd "$work" && "$top_builddir/testsuite/audit/twins" prefix nop
