#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The sample root file system: shell, utilities, C compiler, no thread-local storage.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
rootfs=$top_builddir/share/afterburner/rootfs.cpio.gz
kernel=$(a_kernel)
[ -f "$rootfs" ] || skip_all 'no sample root file system: afterburn rootfs makes it'
[ -n "$kernel" ] || skip_all 'no kernel: ./quickstart builds build/linux-6.1-plain/vmlinux'
plan 4

# shellcheck disable=SC2016
try 5 --quiet "$kernel" -- /bin/sh -c 'echo $((6 * 7)); cat /proc/version; exit 5' &&
        grep -q '^42$' "$tmp/out" && grep -q '^Linux version' "$tmp/out"
check 'shell, cat, /proc and the exit status'
mkdir "$tmp/root"
(cd "$tmp/root" && gzip -dc "$rootfs" | cpio -id --quiet --no-preserve-owner 2>/dev/null)
[ -f "$tmp/root/bin/sh" ]
check 'the archive is one'
found=0
# But for the one that is there to see what becomes of them.
for file in "$tmp"/root/bin/* "$tmp"/root/lib/*.so "$tmp/root/init"; do
        [ "$file" != "$tmp/root/bin/tls" ] || continue
        readelf -lW "$file" 2>/dev/null | grep -q ' TLS ' && { found=1; echo "# $file"; }
done
[ $found = 0 ]
check "no program but the test of them has a thread-local segment"
if [ -f "$tmp/root/bin/cc" ]; then
        try 9 --quiet "$kernel" -- /bin/sh -c '
echo "#include <stdio.h>
int main(void) { puts(\"compiled here\"); return 9; }" >/tmp/a.c
cc -static -o /tmp/a /tmp/a.c && /tmp/a' && grep -q '^compiled here$' "$tmp/out"
        check 'the C compiler compiles, links and the result runs'
else
        skip 'the C compiler compiles, links and the result runs' 'made with -C'
fi
exit "$failed"
