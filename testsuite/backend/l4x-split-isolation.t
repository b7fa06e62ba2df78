#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# User code of a virtual machine calls L4 in every way, on extended L4 and its split backend.
WEDGE=l4x-split-isolation KERNEL=kernel-extended
export WEDGE KERNEL
exec "${top_srcdir:?}/testsuite/backend/l4-isolation.t"
