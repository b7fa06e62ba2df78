#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The baseline kernel keeps what the L4 X.2 manual promises.
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline sigma0 l4-conformance
l4_ktap baseline l4-conformance --steady
