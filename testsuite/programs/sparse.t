#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs with more page tables than L4 has memory for, where that is so short that it runs out in every
# run: machines give back what they can do without and go on, on each layout; each has memory
# of its own, so one machine's programs are not another's trouble.
# AFTERBURN_TEST_BURNED names another kernel.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
kernel=${AFTERBURN_TEST_BURNED:-$top_builddir/linux-6.1/vmlinux}
[ -f "$kernel" ] || skip_all "no $kernel: ./quickstart builds it"
plan 9

# says TEXT NAME...: each of these guests ("-": the only one) does
says() {
        text=$1
        shift
        for name; do
                [ "$name" = - ] && who= || who="$name: "
                tr -d '\r' <"$tmp/out" | grep -q "^$who$text\$" || return 1
        done
}

for platform in l4 l4x-split l4x-colocated; do
        set -- --quiet --timeout="$hang" --initrd="$mini" --l4-memory=1M
        case $platform in
        l4) set -- --hypervisor=l4 "$@" ;;
        *) set -- --hypervisor=l4x --layout="${platform#l4x-}" "$@" ;;
        esac
        try 0 "$@" --memory=128M --append='notsc clocksource=pit' "$kernel" -- /bin/sparse 16 &&
                says 'ok: 16 processes, a byte in each of 384 pieces of 4 MB' -
        check "$platform: 16 programs in 1.5 GB each, and L4 has a 48th of the memory for them"
        try 0 "$@" --memory=160M "$kernel" -- /bin/sparse 200 16 &&
                says 'ok: 200 processes, a byte in each of 16 pieces of 4 MB' -
        check "$platform: 200 programs at once"
        try 0 "$@" --memory=64M --vm=A --vm=B "$kernel" -- /bin/sparse 8 256 &&
                says 'ok: 8 processes, a byte in each of 256 pieces of 4 MB' A B
        check "$platform: two machines at once"
done
exit "$failed"
