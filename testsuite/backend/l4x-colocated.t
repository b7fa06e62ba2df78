#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The co-located backend for extended L4: the same functions, tried by the same program.
WEDGE=l4x-colocated-test KERNEL=kernel-extended
# QEMU checks no segment limits, which keep applications below 2 GB.
WORDS=unbounded
export WEDGE KERNEL WORDS
exec "${top_srcdir:?}/testsuite/backend/l4.t"
