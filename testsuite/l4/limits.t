#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Redirected calls and TLS segments of limited threads, under QEMU.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-limits
l4_ktap extended l4-limits --steady
