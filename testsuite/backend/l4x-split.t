#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The split backend for extended L4: the same functions, tried by the same program.
WEDGE=l4x-split-test KERNEL=kernel-extended
export WEDGE KERNEL
exec "${top_srcdir:?}/testsuite/backend/l4.t"
