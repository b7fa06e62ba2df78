#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The ring-0 backend, under QEMU: a kernel tries every function and prints KTAP.  Time is instructions:
# how late a timer is must not depend on what else the host does.
kernel=${top_builddir:?}/testsuite/backend/ring0-test
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if ! command -v qemu-system-i386 >/dev/null; then
        echo "1..0 # SKIP no qemu-system-i386"
        exit 0
fi

# boot COMMAND-LINE: output on standard output, QEMU's status in $tmp/status.
boot() {
        timeout 900 qemu-system-i386 -accel tcg -icount shift=4,sleep=off -cpu pentium3 -m 64 -nodefaults -display none \
                -no-reboot -rtc base=2020-01-02,clock=vm -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1 \
                -kernel "$kernel" -append "$1" -initrd "$tmp/module"
        echo $? >"$tmp/status"
}

printf module >"$tmp/module"
mkfifo "$tmp/input"
# Keep both ends open, so that nobody waits for the other to open.
exec 3<>"$tmp/input"
boot 'one two' <"$tmp/input" | while IFS= read -r line; do
        case $line in
        '# input please') printf k >&3 ;;
        1..*) echo "${line#1..}" >"$tmp/plan"; continue ;;
        esac
        printf '%s\n' "$line"
done
exec 3>&-
n=$(cat "$tmp/plan" 2>/dev/null || echo 0)
ok() {
        n=$((n + 1))
        if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
[ -s "$tmp/plan" ] && [ "$(cat "$tmp/status")" = 1 ]
ok $? "the kernel ended by power off with status 0"

boot fatal </dev/null >"$tmp/out"
grep -q '^afterburn: fatal: as the command line asks' "$tmp/out" && [ "$(cat "$tmp/status")" = 3 ]
ok $? "backend_fatal() says why and ends the machine"

boot reboot </dev/null >"$tmp/out"
[ "$(cat "$tmp/status")" = 0 ]
ok $? "a reboot resets the machine"
echo "1..$n"
