#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every spelling of every row, padded by NOPs.
: "${top_builddir:?}"
work=$(mktemp -d) || exit 1
"$top_builddir/testsuite/pass/golden" nop "$work"
status=$?
rm -rf "$work"
exit $status
