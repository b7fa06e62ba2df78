#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same attacks on extended L4, the guest kernel in a space of its own.
OPTIONS='--hypervisor=l4x --layout=split'
export OPTIONS
exec "${top_srcdir:?}/testsuite/isolation/isolation.t"
