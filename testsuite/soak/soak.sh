#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# soak BUILD SECONDS [PLATFORM]: one guest under mixed load (soak.c) beside an idle one, and what
# L4 kernel, resource monitor and wedges have in use before and after.  Exit status 1 if the two
# differ, or a guest fails.  `make soak' calls it; PLATFORM is l4 (or l4x-split, l4x-colocated).
# SOAK_KERNEL is another kernel; in SOAK_IMAGES, a folder, the memory of both moments stays.
set -eu
[ $# -ge 2 ] || { echo 'soak: usage: soak BUILD SECONDS [PLATFORM], as make soak calls it' >&2; exit 2; }
build=$(readlink -f "$1") seconds=$2 platform=${3:-l4}
here=$(dirname "$(readlink -f "$0")")
kernel=$(readlink -f "${SOAK_KERNEL:-$build/linux-6.1/vmlinux}")
[ -f "$kernel" ] || { echo "soak: $kernel: not found: ./quickstart builds it" >&2; exit 1; }
tmp=$(mktemp -d)
# A machine that is still running is ended, whatever went wrong.
trap '[ ! -S "$tmp/qmp" ] || perl "$here/counts.pl" "$tmp/qmp" quit 2>/dev/null || :; rm -rf "$tmp"' EXIT
images=$(readlink -f "${SOAK_IMAGES:-$tmp}")
export top_builddir="$build" # for root.sh
# shellcheck source=testsuite/smoke/root.sh
. "$here/../smoke/root.sh"
root_for "$kernel" "$tmp/root"
case $platform in
l4x-*) where="--hypervisor=l4x --layout=${platform#l4x-}" ;;
*) where=--hypervisor=$platform ;;
esac

# shellcheck disable=SC2086 # words
run() {
        "$build/libexec/afterburner/afterburn-run" $where --timeout=$((seconds * 3 + 900)) --initrd="$tmp/root" \
                --vm=load,memory=96M --vm=idle,memory=40M "$@" "$kernel" -- /bin/soak "$seconds"
}
run --dry-run >"$tmp/machine"
file() { sed 's,[ ,],\n,g' "$tmp/machine" | grep -E "$1" | head -n 1; }
l4=$(file '/kernel-[a-z]*$')
monitor=$(file '/resourcemon$')
wedge=$(file '/wedge-[a-z0-9-]*$')
megabytes=$(sed -n 's/.* -m \([0-9]*\) .*/\1/p' "$tmp/machine")

count() {
        perl "$here/counts.pl" "$tmp/qmp" save "$images/memory-$1" "$megabytes"
        perl "$here/counts.pl" "$images/memory-$1" "$l4" "$build/hypervisor-backends/l4/kernel/asm-offsets.h" \
                "$monitor" "$wedge" 96 40 >"$tmp/$1"
}

run --emulator-option=-qmp --emulator-option="unix:$tmp/qmp,server=on,wait=off" >"$tmp/console" 2>"$tmp/result" </dev/null &
session=$!
for when in before after; do
        until grep -q "soak: quiet $when" "$tmp/console" 2>/dev/null; do
                kill -0 $session 2>/dev/null ||
                        { tail -n 5 "$tmp/console" "$tmp/result" >&2; echo "soak: it ended before \"$when\"" >&2; exit 1; }
                sleep 1
        done
        sleep 1
        count $when
done
until grep -q "soak: .* failures" "$tmp/console"; do
        kill -0 $session 2>/dev/null || { echo "soak: it ended before it told its result" >&2; exit 1; }
        sleep 1
done
perl "$here/counts.pl" "$tmp/qmp" quit
wait $session || :
grep "soak: " "$tmp/console" | tr -d "\r"
grep -q "soak: .* 0 failures" "$tmp/console"
awk -F '\t' 'BEGIN { printf "%-32s %12s %12s\n", "in use", "before", "after" }
        FNR == NR { before[$1] = $2; next }
        {
                differs = $3 != "cached" && before[$1] != $2
                printf "%-32s %12d %12d%s\n", $1, before[$1], $2, differs ? "  differs" : $3 ? "  cached" : ""
                differ += differs
                n++
        }
        END { exit !n || differ > 0 }' "$tmp/before" "$tmp/after"
