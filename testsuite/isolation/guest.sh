# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# For isolation tests: the kernel of a Linux guest, and a root file system with /bin/isolation.
# shellcheck disable=SC2034,SC2154
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
here=$top_builddir/testsuite/isolation
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
[ -f "$guest" ] || skip_all "no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux"

# root_with ARCHIVE ENTRY...: the small root file system, the program, and these entries
root_with() {
        archive=$1
        shift
        cp "$mini" "$archive"
        printf '%s\n' "file /bin/isolation 0755 $here/isolation" "$@" |
                "$top_builddir/libexec/afterburner/mkcpio" "$tmp/program"
        truncate -s %4 "$archive"
        cat "$tmp/program" >>"$archive"
}
root=$tmp/root
root_with "$root"

# What the guest B did is what it did alone.
worked() {
        sed -n 's/^B: \(work .*\)/\1/p' "$tmp/out" | cmp -s - "$tmp/alone"
}
