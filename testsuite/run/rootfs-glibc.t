#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The second root file system: Debian's dynamically linked programs, with thread-local storage,
# on the bare machine and, where segments of their own can be had, as a guest's.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
rootfs=${AFTERBURN_TEST_GLIBC:-$top_builddir/share/afterburner/rootfs-glibc.cpio.gz}
kernel=$top_builddir/linux-6.1/vmlinux
plan 5

$limit "$top_builddir/bin/afterburn" rootfs --glibc -C >"$tmp/out" 2>"$tmp/err"
[ $? = 2 ] && one_line 'leave out -C'; check 'rootfs --glibc without a compiler is refused: usage'

if [ ! -f "$rootfs" ] || [ ! -f "$kernel" ]; then
        for name in 'bash and ls' 'gcc' 'split' 'co-located'; do
                skip "$name" 'no glibc root file system: afterburn rootfs --glibc makes it'
        done
        exit "$failed"
fi

# compile ARGUMENT...: a program is compiled, linked and run; bash tells what is where
# shellcheck disable=SC2016
compile() {
        try 9 --quiet --memory=256M --initrd="$rootfs" "$@" "$kernel" -- /bin/bash -c '
echo "bash ${BASH_VERSINFO[0]}"
ls -d /usr/bin/gc[c]
cd /tmp && printf "#include <stdio.h>\n__thread int nine = 9;\nint main(void) { puts(\"compiled here\"); return nine; }\n" >a.c &&
gcc -O2 -o a a.c && ./a'
}

expected='bash 5
/usr/bin/gcc
compiled here'
compile --timeout="$hang"
nine=$?
[ "$(head -n 2 "$tmp/out")" = "$(echo "$expected" | head -n 2)" ]
check 'bare: bash and ls'
[ $nine = 0 ] && grep -qx 'compiled here' "$tmp/out"
check 'bare: gcc compiles and links, the result uses thread-local storage and runs'
for layout in split colocated; do
        compile --timeout="$hang" --hypervisor=l4x --layout=$layout && [ "$(cat "$tmp/out")" = "$expected" ]
        check "l4x, $layout: prints the same"
done
exit "$failed"
