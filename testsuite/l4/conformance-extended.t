#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The extended kernel keeps what the L4 X.2 manual promises.
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-conformance
l4_ktap extended l4-conformance --steady
