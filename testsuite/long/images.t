#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Whole images, for every afterburned tree that is there: the audit is clean; the smoke suite prints the
# same natively, scribbled, bound for L4 ahead of time, and bound with everything destroyed that
# its records call dead.  AFTERBURN_TREES names other kernels; of build folders, by default,
# all linux-*/vmlinux with records.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
commands=$top_builddir/libexec/afterburner
scribble=$top_builddir/testsuite/scribble/scribble

trees=
for kernel in ${AFTERBURN_TREES-"$top_builddir"/linux-*/vmlinux}; do
        # A plain kernel and what is missing have no records.
        if readelf -SW "$kernel" 2>/dev/null | grep -q ' \.afterburn ' ||
                "$commands/afterburn-report" "$kernel" >/dev/null 2>&1; then
                trees="$trees $kernel"
        fi
done
[ -n "$trees" ] || skip_all 'no afterburned tree: ./quickstart builds one, AFTERBURN_TREES names others'
# shellcheck disable=SC2086 # a list of words
set -- $trees
plan $((8 * $#))

# smoke HYPERVISOR KERNEL OUTPUT: the suite runs to its end
smoke() {
        $limit "$run" --hypervisor="$1" --quiet --timeout="$hang" --memory=128M --initrd="$tmp/root" "$2" \
                -- /bin/smoke >"$3" 2>"$tmp/err" </dev/null
        all_told "$3"
}
# same FILE: what the plain run printed
same() { diff "$tmp/expected" "$1" >"$tmp/difference" || { cat "$tmp/difference" >>"$tmp/err" && false; }; }

for kernel; do
        name=${kernel%/vmlinux}
        "$commands/afterburn-audit" "$kernel" >"$tmp/out" 2>"$tmp/err"
        check "$name: the audit is clean"
        root_for "$kernel" "$tmp/root"
        smoke bare "$kernel" "$tmp/expected" && ! grep -q '^not ok' "$tmp/expected"
        check "$name: the smoke suite passes natively"
        "$scribble" "$kernel" "$tmp/scribbled" >"$tmp/out" 2>"$tmp/err" && sed 's/^/# /' "$tmp/out" &&
                smoke bare "$tmp/scribbled" "$tmp/out" && same "$tmp/out"
        check "$name: scribbled, it prints the same"
        "$commands/afterburn-link" --hypervisor=l4 --stats "$kernel" -o "$tmp/bound" >"$tmp/out" 2>"$tmp/err"
        check "$name: it is bound for L4 ahead of time"
        "$commands/afterburn-audit" "$tmp/bound" >"$tmp/out" 2>"$tmp/err"
        check "$name: and bound, the audit is clean"
        smoke l4 "$tmp/bound" "$tmp/out" && same "$tmp/out"
        check "$name: bound, it prints the same on L4"
        "$commands/afterburn-link" --hypervisor=l4 --scribble "$kernel" -o "$tmp/bound" >"$tmp/out" 2>"$tmp/err" &&
                "$scribble" "$tmp/bound" "$tmp/scribbled" >"$tmp/out" 2>"$tmp/err" &&
                smoke l4 "$tmp/scribbled" "$tmp/out" && same "$tmp/out"
        check "$name: and with everything destroyed that is dead"
        for platform in bare l4; do
                $limit "$run" --hypervisor=$platform --quiet --timeout="$hang" --initrd="$mini" "$kernel" \
                        -- /bin/privileges </dev/null 2>"$tmp/err" | grep -v 'hardware breakpoint' >"$tmp/$platform"
        done
        grep -q '^ok a port by ioperm' "$tmp/bare" && diff "$tmp/bare" "$tmp/l4" >"$tmp/out"
        ended=$?
        if grep -q '^# this kernel has no ioperm' "$tmp/bare"; then
                skip "$name: ports that a program is allowed" 'this kernel has no ioperm'
        else
                [ $ended = 0 ]; check "$name: ports that a program is allowed"
        fi
done
exit "$failed"
