#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Thread limits hold where the processor checks them: bochs, from a GRUB CD.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_limits_bochs kernel-extended
