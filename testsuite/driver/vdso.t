#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The vDSO is code of user programs: afterburning a kernel leaves it as it is,
# byte for byte, although it holds int, sysenter and rdtsc.
vdso=arch/x86/entry/vdso/vdso32.so.dbg
burned=${top_builddir:?}/linux-6.1/$vdso
plain=$top_builddir/linux-6.1-plain/$vdso

echo 1..2
if [ ! -f "$burned" ] || [ ! -f "$plain" ]; then
        echo 'ok 1 - both kernels bring a vDSO # SKIP no build/linux-6.1: ./quickstart builds it'
        echo 'ok 2 - the vDSO is the same byte for byte # SKIP no build/linux-6.1: ./quickstart builds it'
        exit 0
fi
if objdump -d "$plain" | grep -qw sysenter; then
        echo 'ok 1 - the plain vDSO holds sensitive instructions'
else
        echo 'not ok 1 - the plain vDSO holds sensitive instructions'
fi
if cmp "$burned" "$plain" >&2; then
        echo 'ok 2 - the vDSO is the same byte for byte'
else
        echo 'not ok 2 - the vDSO is the same byte for byte'
fi
