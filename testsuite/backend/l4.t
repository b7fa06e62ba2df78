#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The backend for baseline L4, under QEMU: a wedge tries every function and prints KTAP.  WEDGE and
# KERNEL name another backend; WORDS go to it.  Time is instructions, sixteen nanoseconds each: how
# late a timer is must not depend on what else the host does.
wedge=${top_builddir:?}/testsuite/backend/${WEDGE:-l4-test}
kernel=${KERNEL:-kernel-baseline}
l4=$top_builddir/lib/afterburner/l4
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

if ! command -v qemu-system-i386 >/dev/null; then
        echo "1..0 # SKIP no qemu-system-i386"
        exit 0
fi

ports="port 510 511"
# boot COMMAND-LINE: output on standard output, the control line in $tmp/control, QEMU's
# status in $tmp/status.
boot() {
        cat >"$tmp/vms" <<EOF
afterburn-vms 1
vm test
memory 16
wedge 1
initrd 2
$ports
control 2f8
append $1
EOF
        timeout 900 qemu-system-i386 -accel tcg -icount shift=4,sleep=off -cpu qemu32,+sse,+sse2,+fxsr -m 64 -nodefaults \
                -display none -no-reboot -rtc base=2020-01-02,clock=vm -serial stdio \
                -serial "file:$tmp/control" -device isa-debug-exit,iobase=0xf4,iosize=4 \
                -kernel "$l4/loader" \
                -initrd "$l4/$kernel,$l4/sigma0,$l4/resourcemon,$tmp/vms,$wedge,$tmp/module"
        echo $? >"$tmp/status"
}

printf module >"$tmp/module"
mkfifo "$tmp/input"
# Keep both ends open, so that nobody waits for the other to open.
exec 3<>"$tmp/input"
boot "one two ${WORDS-}" <"$tmp/input" | while IFS= read -r line; do
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
[ -s "$tmp/plan" ] && [ "$(cat "$tmp/status")" = 65 ]
ok $? "the machine ended by power off with status 0"

boot fatal </dev/null >"$tmp/out"
grep -q '^afterburn: fatal: as the command line asks' "$tmp/out" && [ "$(cat "$tmp/status")" = 67 ]
ok $? "backend_fatal() says why and ends the machine"
boot crash </dev/null >"$tmp/out"
grep -q '^afterburn: last exits: kernel 0@be' "$tmp/out" &&
        grep -q '^resourcemon: test: last interrupted in space 0 at .* eip be' "$tmp/out"
ok $? "a crash report shows where the guest was, and what it was interrupted by"

boot reboot </dev/null >"$tmp/out"
[ "$(cat "$tmp/status")" = 65 ]
ok $? "a reboot ends it too"
# Descriptions that others than afterburn run may write.
ports="port 40 5f"
boot one </dev/null | grep -q "^resourcemon: description: a port is to be its own that no machine is given"
ok $? "a description cannot give the timer's ports"
ports="port 510 511
vm other
port 511 520"
boot one </dev/null | grep -q "^resourcemon: description: a port is to be its own that is another machine's"
ok $? "nor the same port twice"
ports="irq 5"
boot one </dev/null | grep -q "^resourcemon: description: a line of the description is not understood"
ok $? "nor an interrupt line"
# The second of two cannot be started: still they are two.
ports="append fatal
vm other
memory 900
wedge 1"
boot fatal </dev/null >"$tmp/out"
grep -q "^resourcemon: other: its memory is not between" "$tmp/out" &&
        grep -q "^test: afterburn: fatal: as the command line asks" "$tmp/out"
ok $? "beside a machine that cannot be, each line of another says whose it is"
for wrong in '' 510 '511 510' '510 10000' '510 51g' '510 511 512'; do
        ports="port $wrong"
        boot one </dev/null | grep -q "^resourcemon: description: a port range is wrong"
        ok $? "nor a range that is none: $wrong"
done
echo "1..$n"
