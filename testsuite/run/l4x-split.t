#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run --hypervisor=l4x --layout=split: all that is tried on baseline L4.
ROW=l4x-split OPTIONS='--hypervisor=l4x --layout=split'
export ROW OPTIONS
exec "${top_srcdir:?}/testsuite/run/l4.t"
