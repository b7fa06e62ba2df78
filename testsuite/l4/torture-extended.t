#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Five million random system calls (make check-long: fifty) harm nothing on the extended kernel.
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-torture
if [ "${AFTERBURN_LONG:-0}" = 0 ]; then calls=5000000; else calls=50000000 hang=9000; fi
l4_ktap extended "l4-torture ${AFTERBURN_TORTURE_CALLS:-$calls}" --count
