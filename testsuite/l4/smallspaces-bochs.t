#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Small spaces are kept apart by segments, with thread limits beside them: bochs.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_limits_bochs kernel-all
