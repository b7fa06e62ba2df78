#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The scribble tool, on a program this machine can run; and Linux, if
# ./quickstart has built it: destroyed dead sets must not change what it does.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
dir=$top_builddir/testsuite/scribble
burned=${AFTERBURN_TEST_BURNED-$top_builddir/linux-6.1/vmlinux}
plan 12

as --32 -o "$tmp/sample.o" "$top_srcdir/testsuite/scribble/sample.s" &&
        ld -m elf_i386 -Ttext=0x80100000 -o "$tmp/sample" "$tmp/sample.o"
"$tmp/sample"
[ $? = 63 ]
check 'the sample keeps everything'

"$dir/scribble" "$tmp/sample" "$tmp/scribbled" >"$tmp/counts" && chmod +x "$tmp/scribbled"
"$tmp/scribbled"
[ $? = 60 ]
check 'scribbled, it loses what is dead and nothing else'
saved=$tmp/false
"$dir/scribble" --also=80 "$tmp/sample" "$saved" >/dev/null && chmod +x "$saved"
"$saved"
[ $? = 56 ]
check 'a register that is claimed dead and is not shows'
"$dir/scribble" "$tmp/sample" "$tmp/scribbled" >"$tmp/counts"
grep -q '^1 of 2 sites scribbled: registers at 1, flags at 1' "$tmp/counts" &&
        grep -q ' 1 left: exception table names it' "$tmp/counts"
check 'sites are counted, with why one is left'
"$top_builddir/testsuite/binder/bind-image" "$tmp/sample" >/dev/null &&
        ! "$top_builddir/testsuite/binder/bind-image" "$tmp/scribbled" >/dev/null 2>&1
check 'the binder takes the sample and refuses it scribbled'

echo nothing >"$tmp/text"
! "$dir/scribble" "$tmp/text" "$tmp/none" 2>"$tmp/err" && [ ! -e "$tmp/none" ] && [ -s "$tmp/err" ]
check 'what is no image is refused, and nothing written'
"$dir/scribble" 2>/dev/null
[ $? = 2 ]
check 'a usage error is status 2'

map='memmap=exactmap memmap=64K@0 memmap=112K@512K memmap=63M@1M'
# smoke KERNEL OUTPUT [SECONDS]: true if the suite ran to its end
smoke() {
        $limit "$run" --quiet --timeout="${3-$hang}" --append="$map" --initrd="$mini" "$1" -- /bin/smoke >"$2" 2>"$tmp/err" </dev/null
        planned=$(sed -n 's/^1\.\.//p' "$2")
        [ -n "$planned" ] && [ "$(grep -Ec '^(not )?ok ' "$2")" = "$planned" ]
}
if [ -f "$burned" ]; then
        "$dir/scribble" "$burned" "$tmp/vmlinux" >"$tmp/counts"
        status=$?
        sed 's/^/# /' "$tmp/counts"
        [ $status = 0 ] && ! grep -q '^0 of' "$tmp/counts"
        check 'Linux is scribbled'
        smoke "$burned" "$tmp/kept" && smoke "$tmp/vmlinux" "$tmp/lost" &&
                grep -q '^ok ' "$tmp/lost" && diff "$tmp/kept" "$tmp/lost" >"$tmp/out"
        check 'and passes the smoke suite as before'
        afterburn link --hypervisor=l4 "$burned" -o "$tmp/bound" &&
                "$dir/scribble" "$tmp/bound" "$tmp/vmlinux" >"$tmp/counts" 2>"$tmp/err"
        status=$?
        sed 's/^/# /' "$tmp/counts"
        [ $status = 0 ] && ! grep -q '^0 of' "$tmp/counts"
        check 'bound for L4, Linux is scribbled'
        $limit "$run" --hypervisor=l4 --quiet --timeout="$hang" --append="$map" --initrd="$mini" \
                "$tmp/vmlinux" -- /bin/smoke >"$tmp/out" 2>"$tmp/err" </dev/null
        planned=$(sed -n 's/^1\.\.//p' "$tmp/out")
        [ -n "$planned" ] && [ "$(grep -c '^ok ' "$tmp/out")" = "$planned" ]
        check 'and passes the smoke suite as a guest of L4'
        # a false claim: %ebx, which callers keep across everything
        "$dir/scribble" --also=8 "$burned" "$tmp/vmlinux" >/dev/null
        ! smoke "$tmp/vmlinux" "$tmp/false" 8 || ! diff "$tmp/kept" "$tmp/false" >/dev/null
        check 'with a false claim it does not'
else
        skip 'Linux is scribbled' "no $burned: ./quickstart builds it"
        skip 'and passes the smoke suite as before' "no $burned: ./quickstart builds it"
        skip 'bound for L4, Linux is scribbled' "no $burned: ./quickstart builds it"
        skip 'and passes the smoke suite as a guest of L4' "no $burned: ./quickstart builds it"
        skip 'with a false claim it does not' "no $burned: ./quickstart builds it"
fi
exit "$failed"
