#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux 6.1's i386_defconfig probes the second serial port and leaves 0xff on
# it in front of init's first line; --quiet then showed nothing of the command.
# A script plays the emulator: it says on the control channel and the console
# what that kernel said.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 16

mkdir "$tmp/bin"
# emulator: it does what standard input says, $control is the control channel
emulator() {
        {
                cat <<'QEMU'
#!/bin/sh
for word; do
        case $word in file:*) control=${word#file:} ;; esac
done
QEMU
                cat
        } >"$tmp/bin/qemu-system-i386"
        chmod +x "$tmp/bin/qemu-system-i386"
}
emulator <<'QEMU'
printf 'a kernel message\r\n'
printf '\377afterburn ready\r\n' >"$control"
read -r _ # input is passed on as soon as the command is known to run
printf 'hi\r\n'
printf 'afterburn exit 5 100\r\n' >"$control"
QEMU
cp "$top_builddir/share/afterburner/guest/smoke" "$tmp/kernel"
PATH=$tmp/bin:$PATH
echo go | $limit "$run" --quiet --timeout="$hang" --initrd="$mini" "$tmp/kernel" -- /bin/say hi >"$tmp/out" 2>"$tmp/err"
[ $? = 5 ]
check 'the exit status arrives'
printf 'hi\n' | cmp -s - "$tmp/out"
check 'junk before "afterburn ready" hides nothing of the command'

# Linux 2.6.9 ends a line with "\n\r": each began with a return (boot.t found no line "Linux version" in the log).
emulator <<'QEMU'
printf 'Linux version\n\rhi\r\n\r\n'
printf 'afterburn ready\r\nafterburn exit 5 100\r\n' >"$control"
QEMU
try 5 --initrd="$mini" "$tmp/kernel" -- /bin/say hi && printf 'Linux version\nhi\n\n' | cmp -s - "$tmp/out"
check 'a return behind the end of a line is not shown'

# A host so busy that it reads the control line after the command has printed:
# what was printed was taken for older than the command, and dropped.
emulator <<'QEMU'
printf 'a kernel message\r\n\026afterburn\r\n\026afterburn ready\026hi\r\n'
printf 'afterburn ready\r\nafterburn exit 5 100\r\n' >"$control"
QEMU
try 5 --quiet --initrd="$mini" "$tmp/kernel" -- /bin/say hi
check 'a late reader: the exit status arrives'
printf 'hi\n' | cmp -s - "$tmp/out"
check 'a late reader: what the command printed is shown'

# ... or the kernel's last words, which came behind the command's end (programs.t: they differed from
# what was printed natively).
emulator <<'QEMU'
printf '\026afterburn ready\026hi\r\n\026afterburn exi\r\n\026afterburn exit\026\r\nreboot: Restarting system\r\n'
sleep 1
printf 'afterburn ready\r\nafterburn exit 5 100\r\n' >"$control"
QEMU
try 5 --quiet --initrd="$mini" "$tmp/kernel" -- /bin/say hi
printf 'hi\n\026afterburn exi\n' | cmp -s - "$tmp/out"
check 'a late reader: what the kernel says at the end is not shown'

# The same of a sample kernel, whose report lost its first lines (segments.t): a script keeps what
# the real machine says on the control line until it has ended.
cat >"$tmp/bin/qemu-system-i386" <<QEMU
#!/bin/sh
for word; do
        shift
        case \$word in file:*) control=\${word#file:} word=file:$tmp/control ;; esac
        set -- "\$@" "\$word"
done
$(PATH=${PATH#*:} command -v qemu-system-i386) "\$@"
cat $tmp/control >"\$control"
QEMU
try 0 --timeout="$hang" "$top_builddir/share/afterburner/mini" && grep -q '^ok 9 ' "$tmp/out" &&
        sed -n '/^KTAP version 1$/,$p' "$tmp/out" >"$tmp/report" && [ -s "$tmp/report" ]
check 'a late reader: a sample kernel'
try 0 --timeout="$hang" --quiet "$top_builddir/share/afterburner/mini" && cmp -s "$tmp/out" "$tmp/report"
check 'a late reader: with --quiet the whole of its report is shown'

# What a program prints on a kernel's account ends no run; that it hangs, the reason says.
l4() {
        want=$1
        shift
        try "$want" --hypervisor=l4 "$@" "$top_builddir/share/afterburner/mini"
}
# meets_its_limit ARGUMENT...: with the shortest one in which the emulator has said what it has to say
meets_its_limit() {
        rm -f "$tmp/bin/said"
        for seconds in 1 10 100 "$hang"; do
                try 124 --timeout="$seconds" "$@" || return
                [ ! -e "$tmp/bin/said" ] || return 0
        done
        return 1
}
emulator <<'QEMU'
printf 'Kernel panic - not syncing: says a program\r\n'
: >"${0%/*}/said"
exec sleep 100000
QEMU
meets_its_limit "$top_builddir/share/afterburner/mini" && one_line ': time ran out: the guest panicked,'
check 'after a panic nothing more: time runs out, with the reason'

# What L4 says last, and then nothing more comes: the run waited for its time limit.
emulator <<'QEMU'
printf 'afterburner l4: no kernel memory: give the machine more memory\r\n'
printf 'vm guest afterburn exi\r\nafterburn error L4 stopped: no kernel memory: give the machine more memory\r\n' >"$control"
exec sleep 100000
QEMU
l4 125 --timeout="$hang" --quiet && one_line ': L4 stopped: no kernel memory: give the machine more memory,'
check 'L4 stops: the run ends and says why'
emulator <<'QEMU'
printf 'vm guest afterburn exit 0 0\r\nafterburn error L4 stopped: exception 14\r\n' >"$control"
exec sleep 100000
QEMU
l4 125 --timeout="$hang" && one_line ': L4 stopped: exception 14,'
check 'also after a guest has said that it ended well'

# Anybody's program can print that; the run ended.
emulator <<'QEMU'
printf 'afterburner l4: exception 14 in the kernel at f0001000, error 0, address 8: please report it\r\n'
printf 'vm guest afterburn error L4 stopped: exception 14\r\n' >"$control"
sleep 1
printf 'vm guest afterburn exit 3 5\r\n' >"$control"
QEMU
l4 3 --timeout="$hang" && one_line ': failed, exit status 3,' && grep -q '^afterburner l4: exception 14' "$tmp/out"
check 'a guest that says it in place of L4 runs on'

# Two reports were two guests', whoever they came from.
emulator <<'QEMU'
printf 'vm A afterburn exit 0 0\r\nvm A afterburn exit 0 0\r\nvm A vm B afterburn exit 0 0\r\n' >"$control"
printf 'vm A afterburn stuck\r\nvm B afterburn stuck interrupts off\r\nvm A afterburn stuck\r\n' >"$control"
: >"${0%/*}/said"
exec sleep 100000
QEMU
meets_its_limit --hypervisor=l4 --vm=A --vm=B "$top_builddir/share/afterburner/mini" && one_line ': time ran out: B: it ran with interrupts off,'
check 'a guest that reports twice has not reported for another'
emulator <<'QEMU'
printf 'vm A afterburn exit 0 0\r\nmonitor A afterburn error its wedge failed\r\n' >"$control"
printf 'vm A afterburn entries 1000000\r\nmonitor A afterburn entries 7\r\n' >"$control"
sleep 1
printf 'vm B afterburn exit 9 0\r\nmonitor B afterburn entries 4\r\n' >"$control"
QEMU
l4 9 --timeout="$hang" --vm=A --vm=B && one_line ': B: failed, exit status 9,' && grep -q ' 11 hypervisor entries,' "$tmp/err"
check 'nor has one whose wedge fails when its command has ended'
emulator <<'QEMU'
printf 'monitor B afterburn error no memory\r\nvm A afterburn exit 256 0\r\n' >"$control"
QEMU
l4 255 --timeout="$hang" --vm=A --vm=B && one_line ': A: failed, exit status 255,'
check 'a status beyond 255 is no success'
emulator <<'QEMU'
printf 'A: \026afterburn ready\026\r\nA: \026afterburn exit\026\r\nA: \026afterburn exit\026\r\nB: still here\r\n'
printf 'vm B afterburn exit 0 0\r\nvm A afterburn exit 0 0\r\n' >"$control"
QEMU
l4 0 --timeout="$hang" --quiet --vm=A --vm=B && grep -q '^B: still here' "$tmp/out"
check 'a guest that ends twice on the console does not silence another'
exit "$failed"
