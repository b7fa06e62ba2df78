#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The smoke suite on bare hardware: the plain kernel's output is the expectation
# for the afterburned kernel, which must print the same.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
plain=$top_builddir/linux-6.1-plain/vmlinux
burned=$top_builddir/linux-6.1/vmlinux
plan 7

smoke() {
        root_for "$1" "$tmp/root"
        $limit "$run" --quiet --timeout="$hang" --initrd="$tmp/root" "$1" -- /bin/smoke >"$2" 2>"$tmp/err" </dev/null
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
if [ -f "$burned" ]; then
        module=$(find "$(dirname "$burned")/" -name '*.ko' | head -n 1)
        "$top_builddir/bin/afterburn" audit "$module" >"$tmp/out" 2>&1 &&
                ! grep -q '^all  *0 ' "$tmp/out" && grep -q '^ok [0-9]* a module is loaded and removed$' "$tmp/burned"
        check 'a module with sites audits clean and is loaded'
else
        skip 'a module with sites audits clean and is loaded' 'no afterburned kernel: ./quickstart builds it'
fi
kernel=$(a_kernel)
if [ -n "$kernel" ]; then
        try 125 --initrd="$mini" "$kernel" -- /bin/smoke --reboot &&
                grep -q '^# resetting the machine' "$tmp/out" && grep -q 'was reset' "$tmp/err"
        check 'reboot resets the machine'
else
        skip 'reboot resets the machine' 'no kernel: ./quickstart builds one'
fi
# The suite runs here too, but for what would harm a machine that is no guest; refusals come first.
smoke=$top_builddir/share/afterburner/guest/smoke
"$smoke" --without=44,ude >"$tmp/out" 2>&1
[ $? = 2 ] && [ "$(cat "$tmp/out")" = 'smoke: --without=ude: no test has this number or property' ]
check 'a word of --without that names no test is refused'
"$smoke" --without=999 >"$tmp/out" 2>&1
[ $? = 2 ] && grep -q -- '^smoke: --without=999: no test' "$tmp/out"
check 'and a number'
exit "$failed"
