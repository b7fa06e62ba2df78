#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The smoke suite on bare hardware: the plain kernel's output is the expectation
# for the afterburned kernel, which must print the same.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plain=$top_builddir/linux-6.1-plain/vmlinux
burned=$top_builddir/linux-6.1/vmlinux
plan 4

smoke() {
        $limit "$run" --quiet --timeout=100 --initrd="$mini" "$1" -- /bin/smoke >"$2" 2>"$tmp/err" </dev/null
}

all_told() {
        planned=$(sed -n 's/^1\.\.//p' "$1")
        [ -n "$planned" ] && [ "$(grep -Ec '^(not )?ok ' "$1")" = "$planned" ]
}

if [ -f "$plain" ]; then
        smoke "$plain" "$tmp/plain" && all_told "$tmp/plain"
        check 'the plain kernel passes'
else
        skip 'the plain kernel passes' "no $plain: ./quickstart builds it"
fi
if [ -f "$burned" ]; then
        smoke "$burned" "$tmp/burned" && all_told "$tmp/burned"
        check 'the afterburned kernel passes'
else
        skip 'the afterburned kernel passes' "no $burned: ./quickstart builds it"
fi
if [ -s "$tmp/plain" ] && [ -s "$tmp/burned" ]; then
        diff "$tmp/plain" "$tmp/burned" >"$tmp/out"
        check 'both print the same'
else
        skip 'both print the same' 'both kernels are needed: ./quickstart builds them'
fi
kernel=$(a_kernel)
if [ -n "$kernel" ]; then
        try 125 --initrd="$mini" "$kernel" -- /bin/smoke --reboot &&
                grep -q '^# resetting the machine' "$tmp/out" && grep -q 'was reset' "$tmp/err"
        check 'reboot resets the machine'
else
        skip 'reboot resets the machine' 'no kernel: ./quickstart builds one'
fi
exit "$failed"
