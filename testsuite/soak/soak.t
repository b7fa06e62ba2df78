#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A minute of the soak on every platform: what is in use before equals what is in use after.  And that
# the comparison would see it: in the memory of the last machine a page of L4, a mapping of
# L4 and a row of a wedge are taken away.  AFTERBURN_SOAK_SECONDS is another time.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
here=$top_srcdir/testsuite/soak
[ -f "$top_builddir/linux-6.1/vmlinux" ] || skip_all 'no linux-6.1/vmlinux: ./quickstart builds it'
plan 6
for platform in l4x-split l4x-colocated l4; do
        SOAK_IMAGES=$tmp "$here/soak.sh" "$top_builddir" "${AFTERBURN_SOAK_SECONDS-60}" $platform >"$tmp/out" 2>"$tmp/err"
        ended=$?
        sed 's/^/# /' "$tmp/out"
        [ $ended = 0 ]; check "$platform: equal before and after"
done

kernel=$top_builddir/lib/afterburner/l4/kernel-baseline wedge=$top_builddir/share/afterburner/wedge-l4
# count: of the image, what must be equal
count() {
        perl "$here/counts.pl" "$tmp/memory-after" "$kernel" "$top_builddir/hypervisor-backends/l4/kernel/asm-offsets.h" \
                "$top_builddir/lib/afterburner/l4/resourcemon" "$wedge" 96 40 | grep -v cached
}
# symbol FILE NAME BASE: where it is in physical memory, BASE being where that file's addresses begin
symbol() { echo $((0x$(nm "$1" | sed -n "s/ [a-zA-Z] $2\$//p") - $3)); }
# word AT: the image's word there; store AT NUMBER
word() { od -A n -t u4 -j "$1" -N 4 "$tmp/memory-after" | tr -d ' '; }
store() {
        perl -e 'print pack "V", shift' "$2" | dd of="$tmp/memory-after" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
# only NAME OFF: nothing but NAME differs, by OFF
only() {
        count >"$tmp/changed"
        diff "$tmp/counted" "$tmp/changed" >"$tmp/err"
        awk -F '\t' -v name="$1" -v off="$2" 'FNR == NR { was[$1] = $2; next } was[$1] != $2 { wrong += $1 != name || $2 - was[$1] != off; n++ }
                END { exit wrong || n != 1 }' "$tmp/counted" "$tmp/changed"
}
count >"$tmp/counted"
at=$(symbol "$kernel" free_count 0xf0000000)
store "$at" $(($(word "$at") - 1))
only 'kernel: pages free or of a cache' -1; check 'a page lost by L4 is seen'
store "$at" $(($(word "$at") + 1))
# The first mapping of the first list of free ones is called used: its page counts one more.
page=$(($(word $(($(symbol "$kernel" map_nodes 0xf0000000) + 4))) - 0xf0000000))
store $((page + 12)) $(($(word $((page + 12))) + 1))
only 'kernel: mappings in no space' 1; check 'a mapping lost by L4 is seen'
store $((page + 12)) $(($(word $((page + 12))) - 1))
# The wedge of the idle guest has rows left: the first of them goes.
lost=
for base in $(perl -0777 -ne 'BEGIN { $f = shift; open F, "<:raw", $f; local $/; $t = substr <F>, 0x1000, 256 }
                for ($a = index $_, $t; $a >= 0; $a = index $_, $t, $a + 1) { print "$a\n" unless $a & 0xfff }' "$wedge" "$tmp/memory-after"); do
        at=$(symbol "$wedge" free_slots $((0xbe000000 - base)))
        first=$(word "$at")
        [ "$first" -gt $((0xbe000000)) ] 2>/dev/null || continue
        [ $(($(word "$(symbol "$wedge" l4vm_machine $((0xbe000000 - base)))") >> 20)) = 40 ] || continue
        store "$at" "$(word $((first - 0xbe000000 + base)))"
        lost=1
done
[ -n "$lost" ] && only 'wedge of 40 MB: rows' -1; check 'a row lost by a wedge is seen'
exit "$failed"
