# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# How the differential kernel is run, and what is compared.  Needs $top_builddir, $hang; same_on() $tmp.
kernel=${top_builddir:?}/testsuite/differential/differential
# Ring0 is the wedge that is a kernel of its own; split and co-located are those of extended L4.
# shellcheck disable=SC2034 # for the tests
platforms='ring0 l4 split colocated'
# Ten times as many settings, or four times, under make check-long: and time for them.
[ "${AFTERBURN_LONG:-0}" = 0 ] || export AFTERBURN_TEST_LIMIT="${AFTERBURN_TEST_LIMIT-3000}"

# on_qemu FILE ARGUMENTS: natively.  The processor has what a wedge shows: no sysenter
on_qemu() {
        to=$1
        shift
        timeout "${AFTERBURN_TEST_LIMIT-$hang}" qemu-system-i386 -accel tcg -cpu qemu32,-sep,-apic -m 64 \
                -M pc,acpi=off,hpet=off -no-reboot -net none -monitor none -display none \
                -serial "file:$to" -serial null -kernel "$kernel" -append "$*" </dev/null >/dev/null 2>&1
}

# on_bochs FILE ARGUMENTS: natively, on the emulator that knows segments
on_bochs() {
        to=$1
        shift
        "$top_builddir/libexec/afterburner/afterburn-run" --hypervisor=bare --emulator=bochs --quiet \
                --timeout="${AFTERBURN_TEST_LIMIT-$hang}" --append="$*" "$kernel" >"$to" 2>/dev/null </dev/null
}

# on_l4 FILE ARGUMENTS: bound, on baseline L4, or the hypervisor OPTIONS name
on_l4() {
        to=$1
        shift
        # shellcheck disable=SC2086 # words
        "$top_builddir/libexec/afterburner/afterburn-run" ${OPTIONS:---hypervisor=l4} --quiet \
                --timeout="${AFTERBURN_TEST_LIMIT-$hang}" --append="$*" "$kernel" >"$to" 2>/dev/null </dev/null
}

# on_ring0 FILE ARGUMENTS: bound, on the wedge that is a kernel of its own
on_ring0() {
        to=$1
        shift
        timeout "${AFTERBURN_TEST_LIMIT-$hang}" qemu-system-i386 -accel tcg -cpu qemu32 -m 64 \
                -M pc,acpi=off,hpet=off -no-reboot -net none -monitor none -display none \
                -serial "file:$to" -serial null \
                -device isa-debug-exit,iobase=0xf4,iosize=1 \
                -kernel "$top_builddir/hypervisor-backends/bare/ring0/wedge" \
                -append "cmdline: $*" -initrd "$kernel" </dev/null >/dev/null 2>&1
}

# forms FILE: the lines that are compared
forms() { grep -a '^form ' "$1" | tr -d '\r'; }

# came_to_its_end FILE: the kernel came to its end
came_to_its_end() { grep -aq '^ok 1 all forms executed' "$1"; }

# same_on PLATFORM NATIVE ARGUMENTS: bound, the same sums, and none missing
same_on() {
        platform=$1 native=$2
        shift 2
        bound=${tmp:?}/bound
        rm -f "$bound"
        case $platform in
        ring0) on_ring0 "$bound" "$@" ;;
        l4) on_l4 "$bound" "$@" ;;
        *) OPTIONS="--hypervisor=l4x --layout=$platform" on_l4 "$bound" "$@" ;;
        esac
        came_to_its_end "$bound" && forms "$native" >"$tmp/expected" && forms "$bound" >"$tmp/seen" &&
                [ -s "$tmp/expected" ] && diff "$tmp/expected" "$tmp/seen" >"$tmp/out"
}
