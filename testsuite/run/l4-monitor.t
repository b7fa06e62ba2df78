#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor itself fails, by an instruction that is planted in it, or finds no machine to
# start: the run ends at once and says why (it went on without a word until its time limit; or "the
# machine was reset without a report").
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 8

# A tree of its own, so that this is the resource monitor that is run.
built=$(cd "$top_builddir" && pwd)
tree=$tmp/tree
mkdir -p "$tree/libexec/afterburner" "$tree/lib/afterburner/l4"
ln -s "$built/share" "$tree/share"
cp "$built/libexec/afterburner/afterburn-run" "$tree/libexec/afterburner/"
ln -s "$built"/lib/afterburner/l4/* "$tree/lib/afterburner/l4/"
run=$tree/libexec/afterburner/afterburn-run
whole=$built/lib/afterburner/l4/resourcemon
planted=$tree/lib/afterburner/l4/resourcemon

# plant FUNCTION BYTES: these, in octal, are where it begins
plant() {
        rm -f "$planted"
        cp "$whole" "$planted"
        address=$(nm "$whole" | sed -n "s/ [Tt] $1\$//p")
        # shellcheck disable=SC2046 # two words
        set -- "$2" $(readelf -lW "$whole" | awk '$1 == "LOAD" { print $2, $3; exit }')
        # shellcheck disable=SC2059 # it has escapes
        printf "$1" | dd of="$planted" bs=1 seek=$((0x$address - $3 + $2)) conv=notrunc 2>/dev/null
}

# ends REASON OPTION...
ends() {
        reason=$1
        shift
        try 125 --timeout="$hang" "$@" "$built/share/afterburner/mini" && one_line ": the resource monitor cannot go on: $reason"
}

ud2='\017\013'
# mov %eax, 0xa0000000: neither memory nor ours
wild='\243\0\0\0\240'
for hypervisor in l4 l4x; do
        plant vm_serve "$ud2"
        ends "exception 6 at $(echo "$address" | sed 's/^0*//'): please report it," --hypervisor=$hypervisor
        check "$hypervisor: an exception of the thread that serves machines"
        plant vm_serve "$wild"
        ends "page fault at a0000000, IP " --hypervisor=$hypervisor
        check "$hypervisor: a page fault"
        plant give_for_ever "$ud2"
        ends "exception 6 at " --hypervisor=$hypervisor --vm=A --vm=B
        check "$hypervisor: an exception of the one that gives time"
done
grep -q '^resourcemon: exception 6 at .*: please report it' "$tmp/out"
check 'the console says it, too'
rm -f "$planted"
sed 's/l4-memory/l4-xxxxxx/' "$whole" >"$planted"
chmod +x "$planted"
ends 'description: a line of the description is not understood,' --hypervisor=l4
check 'a description of machines that it does not understand'
exit "$failed"
