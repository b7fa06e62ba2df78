#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An example of every row of the table goes through the assembler pass.  The
# audit accepts the result; whatever is spoiled about any one site, it objects.
# shellcheck source=testsuite/audit/lib.sh disable=SC2154
. "$top_srcdir/testsuite/audit/lib.sh"

"$top_builddir/bin/afterburn-as" --32 -o "$work/rows.o" "$here/rows.s" >"$work/out" 2>&1 &&
	link rows && cd "$work" && exec "$top_builddir/testsuite/audit/twins" rows
echo "1..1"
result 1 "assembling an example of every row"
