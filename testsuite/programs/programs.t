#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs that tax a guest - signals at random instants, one kernel area in 50 address spaces,
# thread-local storage, the scheduler's shares - print on every platform what they print
# natively, from the same kernel.  AFTERBURN_TEST_BURNED names another kernel,
# AFTERBURN_TEST_HIGHMEM one with high memory (CONFIG_HIGHMEM: i386_defconfig without SMP),
# AFTERBURN_TEST_SIGNALS another number of signals: 1,000, or 10,000 of make check-long.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
kernel=${AFTERBURN_TEST_BURNED:-$top_builddir/linux-6.1/vmlinux}
long=${AFTERBURN_LONG:+1}
signals=${AFTERBURN_TEST_SIGNALS:-${long:+10000}}
signals=${signals:-1000}
hang=$((${long:+2000} + hang))
limit="$(command -v timeout) $((hang + 60))"
[ -f "$kernel" ] || skip_all "no $kernel: ./quickstart builds it"
plan 37

# start PLATFORM ARGUMENT...: afterburn run there
start() {
        platform=$1
        shift
        case $platform in
        l4x-*) set -- --hypervisor=l4x --layout="${platform#l4x-}" "$@" ;;
        *) set -- --hypervisor="$platform" "$@" ;;
        esac
        $limit "$run" --quiet --timeout="$hang" --initrd="$mini" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
}

"$top_builddir/share/afterburner/guest/signals" >"$tmp/out" 2>&1
[ $? = 2 ] && grep -q 'runs in a guest only' "$tmp/out"; check 'refused outside a guest'

# as_native NAME: what was printed is what the bare machine, the first platform, printed
as_native() {
        [ "$platform" != bare ] || cp "$tmp/out" "$tmp/$1"
        cmp -s "$tmp/out" "$tmp/$1"
}

# Every platform, and what thread-local storage does there: baseline L4 has no segment for it.
for platform in bare l4 l4x-split l4x-colocated; do
        tls=0 says='^ok'
        [ "$platform" != l4 ] || tls=1 says='^not ok 3 processes'
        if ! start "$platform" --dry-run "$kernel" -- /bin/true; then
                for name in signals spaces sparse tls segments privileges breakpoints sharing kmap; do
                        skip "$platform: $name" 'not part of this build'
                done
                continue
        fi
        start "$platform" "$kernel" -- /bin/signals "$signals" && [ "$(grep -c '^ok' "$tmp/out")" = 4 ] &&
                as_native signals
        check "$platform: $signals signals at random instants"
        start "$platform" "$kernel" -- /bin/spaces && grep -q '^ok' "$tmp/out" &&
                as_native spaces
        check "$platform: one kernel area in 50 address spaces"
        start "$platform" --memory=128M "$kernel" -- /bin/sparse 16 && grep -q '^ok: 16 processes' "$tmp/out"
        check "$platform: more page tables than a wedge keeps, and than L4 has memory for"
        start "$platform" "$kernel" -- /bin/tls
        [ $? = $tls ] && grep -q "$says" "$tmp/out"
        check "$platform: thread-local storage$([ $tls = 0 ] || echo ' is refused')"
        # The next process has the segments of the last, and its thread others still, which it kept.  Where time
        # is the host's that is rare, so it is instructions.
        wrong=0
        for moments in '3 2007' '5 2021'; do
                start "$platform" --emulator-option=-icount --emulator-option=shift="${moments% *}",sleep=off \
                        "$kernel" -- /bin/tls "${moments#* }"
                [ $? = $tls ] && grep -q "$says" "$tmp/out" || wrong=1
        done
        [ $wrong = 0 ]
        check "$platform: processes with the same segments"
        # Baseline L4 has no breakpoint registers for user code.
        strikes='strikes$'
        [ "$platform" != l4 ] || strikes='does not strike$'
        start "$platform" "$kernel" -- /bin/privileges && grep -q "^a hardware breakpoint $strikes" "$tmp/out" &&
                sed -i 's/does not strike$/strikes/' "$tmp/out" && as_native privileges
        check "$platform: ports a program is allowed, and breakpoint registers"
        start "$platform" "$kernel" -- /bin/breakpoints &&
                if [ "$platform" = l4 ]; then
                        grep -q '^two: 0 of 100 strikes and 0, ended with 700, 700 and 700' "$tmp/out"
                else
                        grep -q '^two: 100 of 100 strikes and 0, ended with 700, 700 and 700' "$tmp/out" &&
                                as_native breakpoints
                fi
        check "$platform: breakpoints that a tracer sets $([ "$platform" != l4 ] || echo 'do not ')strike"
        # Time is instructions here, sixteen nanoseconds each: the host's load does not matter.
        start "$platform" --emulator-option=-icount --emulator-option=shift=4,sleep=off "$kernel" -- /bin/sharing 5 1000
        share=$(sed -n 's/^share //p' "$tmp/out")
        [ "$platform" != bare ] || native=$share
        [ -n "$share" ] && [ "$share" -gt $((native - 50)) ] && [ "$share" -lt $((native + 50)) ] &&
                [ "$share" -gt 520 ]
        check "$platform: shares of the processor within 5 percent of native"
        if [ -z "${AFTERBURN_TEST_HIGHMEM-}" ]; then
                skip "$platform: kmap in 50 address spaces" 'no kernel with high memory: AFTERBURN_TEST_HIGHMEM names one'
                continue
        fi
        start "$platform" --memory=192M --append=highmem=64M "$AFTERBURN_TEST_HIGHMEM" -- /bin/highmem &&
                grep -q '^ok 20 rounds of 50 processes in high memory' "$tmp/out"
        check "$platform: kmap in 50 address spaces"
done
exit "$failed"
