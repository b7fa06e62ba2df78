#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run under bochs, from a GRUB CD.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
command -v bochs >/dev/null || skip_all 'bochs is not installed'
kernel=$(a_kernel)
[ -n "$kernel" ] || skip_all 'no kernel: ./quickstart builds build/linux-6.1-plain/vmlinux'
plan 3
try 7 --emulator=bochs --quiet --initrd="$mini" "$kernel" -- /bin/say -x 7 hello bochs
check 'exit status'
printf '[hello]\n[bochs]\n' | cmp -s - "$tmp/out"
check 'console'
bzimage=$(dirname "$kernel")/arch/x86/boot/bzImage
if [ -f "$bzimage" ]; then
        try 3 --emulator=bochs --quiet --initrd="$mini" "$bzimage" -- /bin/say -x 3 && one_line 'exit status 3'
        check 'a bzImage boots'
else
        skip 'a bzImage boots' "no $bzimage: add the target bzImage"
fi
exit "$failed"
