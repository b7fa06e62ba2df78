#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Guests of our own on baseline L4 that need no Linux: what a guest may rely on, and how it ends.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 1

# l4 STATUS ARGUMENT...
l4() {
        want=$1
        shift
        try "$want" --hypervisor=l4 --timeout=100 "$@"
}

l4 0 "$top_builddir/testsuite/wedge/ticks"
check 'no tick is lost: in the wedge, on the way to user code, short counts'
exit "$failed"
