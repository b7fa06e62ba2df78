#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Code bound by a 32-bit and by a 64-bit build is the same, byte for byte, and
# the library for targets stands on nothing.
dir=${top_builddir:?}/testsuite/binder
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
ok() {
        n=$((n + 1))
        if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

"$dir/bind-forms" "$dir" >"$tmp/64" && "$dir/bind-forms32" "$dir" >"$tmp/32" &&
        test -s "$tmp/64" && cmp "$tmp/64" "$tmp/32"
ok $? "32-bit and 64-bit binders write the same bytes"
! cmp -s "$tmp/64" "$dir/forms.text"
ok $? "and these are not the unbound ones"

(cd "$tmp" && ar x "$top_builddir/linker/core/libabbind32.a" && ld -m elf_i386 -r -o all.o ./*.o) &&
        undefined=$(nm -u "$tmp/all.o")
test -f "$tmp/all.o" && test -z "$undefined"
ok $? "the target library has no undefined symbol"
size "$tmp/all.o" | awk 'NR == 2 && $2 + $3 > 0 { exit 1 }'
ok $? "and no writable data"
echo "1..$n"
