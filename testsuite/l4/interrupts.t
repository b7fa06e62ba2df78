#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A million interrupts of each kind: their messages come before the preemptions'.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-extended sigma0 l4-interrupts
l4_ktap extended "l4-interrupts ${AFTERBURN_INTERRUPTS:-1000000}" --steady
