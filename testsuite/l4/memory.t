#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Kernel memory runs out, and accounts of it (l4-memory), on the baseline kernel: error codes, and
# nothing lost.  A small machine, so that it does soon.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline sigma0 l4-memory
l4_ktap baseline l4-memory --memory=16 --steady
