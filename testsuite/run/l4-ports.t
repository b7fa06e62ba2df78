#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Ports of the real machine: the guest that has been given them reads what it reads natively, the
# one beside it reads that nothing is there.  Some ports nobody is given.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
guest=$top_builddir/testsuite/run/ports
ports=510-511:1ce-1d0
plan 31

# values NAME: what that guest read
values() { sed -n "s/^$1\(# \(bytes\|word\) [0-9a-f ]*\)$/\1/p" "$tmp/out"; }

try 0 --timeout="$hang" "$guest" && values '' >"$tmp/native" &&
        grep -q '^# bytes 51 45 4d 55$' "$tmp/native" && grep -q '^# word b0c[0-9a-f]$' "$tmp/native"
check 'natively: QEMU says QEMU, and its display which interface it has'
cat >"$tmp/none" <<EOF
# bytes ff ff ff ff
# word ffff
EOF

for layout in - split colocated; do
        set -- --hypervisor=l4 --timeout="$hang"
        [ $layout = - ] || set -- --hypervisor=l4x --layout=$layout --timeout="$hang"
        try 0 "$@" --ports=$ports "$guest" && values '' | cmp -s - "$tmp/native"
        check "$*: with the ports it reads the same"
        grep -q '^# beside ff ffff$' "$tmp/out"
        check "$*: ... but not beside them, nor across an end"
        try 0 "$@" --ports=$ports --append=reach "$guest" && grep -q 'still there' "$tmp/out"
        check "$*: ... nor does what it writes to others reach them"
        try 0 "$@" "$guest" && values '' | cmp -s - "$tmp/none"
        check "$*: without them nothing is there"
        try 0 "$@" --vm=A,ports=$ports --vm=B "$guest" && values 'A: ' | cmp -s - "$tmp/native" &&
                values 'B: ' | cmp -s - "$tmp/none"
        check "$*: nor for a second guest beside"
done

# refused TEXT ARGUMENT...: a usage error that says so
refused() {
        text=$1
        shift
        try 2 "$@" "$guest" && one_line "$text"
        check "refused: $*"
}
for word in '' 510- 10000 511-510 510,511 510-511:; do
        refused 'not ports: give LOW-HIGH' --hypervisor=l4 --ports="$word"
done
refused '43 is kept from guests: it is the timer' --hypervisor=l4 --ports=43
refused '604 is kept from guests: it is the switch' --hypervisor=l4 --ports=600-63f
refused 'fffe-10000: not ports' --hypervisor=l4 --ports=fffe-10000
refused 'f4 is kept from guests: it is the emulator' --hypervisor=l4 --ports=f0-ff
refused 'more than 16 ranges' --hypervisor=l4 --ports=1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10:11
refused 'port 511 has been given to A' --hypervisor=l4 --vm=A,ports=510-511 --vm=B,ports=511
refused "which guest's: give --vm=NAME,ports=" --hypervisor=l4 --ports=510 --vm=A
refused "bare has them all: use --hypervisor=l4" --ports=510
refused "bare has all ports: use --hypervisor=l4" --vm=A,ports=510
exit "$failed"
