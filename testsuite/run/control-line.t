#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux 6.1's i386_defconfig probes the second serial port and leaves 0xff on
# it in front of init's first line; --quiet then showed nothing of the command.
# A script plays the emulator: it says on the control channel and the console
# what that kernel said.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 9

mkdir "$tmp/bin"
cat >"$tmp/bin/qemu-system-i386" <<'QEMU'
#!/bin/sh
for word; do
        case $word in file:*) control=${word#file:} ;; esac
done
printf 'a kernel message\r\n'
printf '\377afterburn ready\r\n' >"$control"
read -r _ # input is passed on as soon as the command is known to run
printf 'hi\r\n'
printf 'afterburn exit 5 100\r\n' >"$control"
QEMU
chmod +x "$tmp/bin/qemu-system-i386"
cp "$top_builddir/share/afterburner/guest/smoke" "$tmp/kernel"
PATH=$tmp/bin:$PATH
echo go | $limit "$run" --quiet --timeout="$hang" --initrd="$mini" "$tmp/kernel" -- /bin/say hi >"$tmp/out" 2>"$tmp/err"
[ $? = 5 ]
check 'the exit status arrives'
printf 'hi\n' | cmp -s - "$tmp/out"
check 'junk before "afterburn ready" hides nothing of the command'

# A host so busy that it reads the control line after the command has printed:
# what was printed was taken for older than the command, and dropped.
cat >"$tmp/bin/qemu-system-i386" <<'QEMU'
#!/bin/sh
for word; do
        case $word in file:*) control=${word#file:} ;; esac
done
printf 'a kernel message\r\n\026afterburn\r\n\026afterburn ready\026hi\r\n'
printf 'afterburn ready\r\nafterburn exit 5 100\r\n' >"$control"
QEMU
try 5 --quiet --initrd="$mini" "$tmp/kernel" -- /bin/say hi
check 'a late reader: the exit status arrives'
printf 'hi\n' | cmp -s - "$tmp/out"
check 'a late reader: what the command printed is shown'

# ... or the kernel's last words, which came behind the command's end (programs.t: they differed from
# what was printed natively).
cat >"$tmp/bin/qemu-system-i386" <<'QEMU'
#!/bin/sh
for word; do
        case $word in file:*) control=${word#file:} ;; esac
done
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

# What L4 says last, and then nothing more comes: the run waited for its time limit.
cat >"$tmp/bin/qemu-system-i386" <<'QEMU'
#!/bin/sh
printf 'A: afterburner l4: exception 1: said a guest\r\n'
printf 'afterburner l4: exception 14 in the kernel at f0001000, error 0, address 8: please report it\r\n'
exec sleep 100000
QEMU
try 125 --hypervisor=l4 --timeout="$hang" --quiet "$top_builddir/share/afterburner/mini" &&
        one_line ': the L4 kernel stopped: exception 14 in the kernel at f0001000, error 0, address 8: please report it,'
check 'an exception in the L4 kernel ends the run, which says it'
sed -i '2d; s/^printf .afterb/printf '\''A: afterb/; s/100000/1/' "$tmp/bin/qemu-system-i386"
try 125 --hypervisor=l4 --timeout="$hang" "$top_builddir/share/afterburner/mini" &&
        one_line ': the machine was reset without a report,' && grep -q '^A: afterburner l4: exception 14' "$tmp/out"
check 'what another says of that kind does not'
exit "$failed"
