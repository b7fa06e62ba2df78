# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Guests on the wedge with the ring-0 backend.  Needs testsuite/run/run.sh.

wedge=${top_builddir:?}/hypervisor-backends/bare/ring0/wedge
mkcpio=$top_builddir/libexec/afterburner/mkcpio

need_qemu() {
        command -v qemu-system-i386 >/dev/null || skip_all 'no qemu-system-i386'
}

# The test that reads this has made the folder, and says when a machine hangs.
: "${tmp:?}" "${limit:?}"

# on_wedge KERNEL [ARCHIVE]: console on standard output, the control line in $tmp/control.
on_wedge() {
        $limit qemu-system-i386 -accel tcg -cpu "${wedge_cpu:-pentium3}" -m "${wedge_memory:-128}" \
                -nodefaults -display none -no-reboot -rtc base=2020-01-02 \
                -serial stdio -serial "file:$tmp/control" \
                -device isa-debug-exit,iobase=0xf4,iosize=1 -kernel "$wedge" \
                -append "cmdline:${wedge_command:-console=ttyS0 panic=-1}" -initrd "$1${2:+,$2}" </dev/null
}

# with_command ARCHIVE WORD...: have init run the command.  Archives behind one another are one
# to Linux, at multiples of four bytes.
with_command() {
        archive=$1
        shift
        { printf 'quiet\0--\0'; printf '%s\0' "$@"; } >"$tmp/command"
        printf 'file /afterburn.run 0400 %s\n' "$tmp/command" | "$mkcpio" "$tmp/command.cpio"
        truncate -s %4 "$archive"
        cat "$tmp/command.cpio" >>"$archive"
}

# ended_with STATUS: what the guest's init reported
ended_with() {
        grep -q "^afterburn exit $1 " "$tmp/control"
}
