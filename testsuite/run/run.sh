# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Helpers of the tests that run machines: TAP, and where kernels come from.
# shellcheck disable=SC2034

count=0
failed=0
# Seconds after which a machine is taken to hang: on an idle host none takes a tenth of them.
hang=900
limit="$(command -v timeout) $((hang + 60))"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
run=${top_builddir:?}/libexec/afterburner/afterburn-run
mini=$top_builddir/share/afterburner/rootfs-mini.cpio.gz

plan() { echo "1..$1"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# check NAME: the last command's status decides
check() {
        status=$?
        count=$((count + 1))
        if [ $status = 0 ]; then
                echo "ok $count - $1"
        else
                echo "not ok $count - $1"
                failed=1
                for file in "$tmp"/out "$tmp"/err; do
                        [ ! -s "$file" ] || sed 's/^/# /' "$file" | tail -n 15
                done
        fi
}

skip() {
        count=$((count + 1))
        echo "ok $count - $1 # SKIP $2"
}

# A kernel to run: the plain build, else the afterburned one, else none.
# AFTERBURN_TEST_KERNEL names another.
a_kernel() {
        for kernel in "${AFTERBURN_TEST_KERNEL-}" "$top_builddir/linux-6.1-plain/vmlinux" \
                "$top_builddir/linux-6.1/vmlinux"; do
                if [ -n "$kernel" ] && [ -f "$kernel" ]; then
                        echo "$kernel"
                        return
                fi
        done
}

# root_of_nothing ARCHIVE: a root file system on which every Linux panics (2.6.9 does not know rdinit=)
root_of_nothing() {
        echo 'dir /none 0755' | "$top_builddir/libexec/afterburner/mkcpio" "$1"
}

# try STATUS ARGUMENT...: run with time limit; true if it ends with STATUS
try() {
        want=$1
        shift
        $limit "$run" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
        got=$?
        [ $got = "$want" ] || { echo "exit status $got, not $want" >>"$tmp/err"; return 1; }
}

# fed FEED ARGUMENT...: run, and FEED, a command, types meanwhile; returns how the run ended
fed() {
        feed=$1
        shift
        : >"$tmp/out"
        : >"$tmp/err"
        rm -f "$tmp/over"
        $feed | {
                $limit "$run" "$@" >>"$tmp/out" 2>>"$tmp/err"
                ended=$?
                : >"$tmp/over"
                exit $ended
        }
}

# wait_for COMMAND...: in FEED, until it succeeds; false as soon as the run is over without
wait_for() {
        patience=$((hang * 5))
        while :; do
                # Looked for first: what was said before the end counts.
                over=
                [ ! -e "$tmp/over" ] || over=1
                ! "$@" || return 0
                [ -z "$over" ] && [ $patience -gt 0 ] || return 1
                patience=$((patience - 1))
                sleep 0.2
        done
}

# one_line TEXT: standard error is one line that holds TEXT
one_line() {
        [ "$(wc -l <"$tmp/err")" = 1 ] && grep -qF -- "$1" "$tmp/err"
}
