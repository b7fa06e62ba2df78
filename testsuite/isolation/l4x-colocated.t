#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same attacks of applications on extended L4 with the guest kernel in their own space, under
# bochs: QEMU checks no segment limits, which are what keeps them out.
if ! command -v bochs >/dev/null; then
        echo '1..0 # SKIP bochs is not installed'
        exit 0
fi
OPTIONS='--emulator=bochs --hypervisor=l4x --layout=colocated' ATTACKS_ONLY=yes
export OPTIONS ATTACKS_ONLY
exec "${top_srcdir:?}/testsuite/isolation/isolation.t"
