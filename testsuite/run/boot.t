#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run on the machine itself: command, console, status, time limit.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
kernel=$(a_kernel)
[ -n "$kernel" ] || skip_all 'no kernel: ./quickstart builds build/linux-6.1-plain/vmlinux'
plan 18

try 0 --quiet --initrd="$mini" "$kernel" -- /bin/say one && echo '[one]' | cmp -s - "$tmp/out"
check 'a command runs and only its output is shown'
grep -Eq '^afterburn run: bare/qemu: ok, exit status 0, [0-9.]+ s, instructions not counted [(]--icount does[)]$' "$tmp/err" && one_line 'ok'
check 'one closing line'

# shellcheck disable=SC2016,SC1003
try 0 --quiet --initrd="$mini" "$kernel" -- /bin/say 'a b' '' '$HOME `x`' "it's" '"' '\' '--' '*'
# shellcheck disable=SC2016,SC1003
printf '[%s]\n' 'a b' '' '$HOME `x`' "it's" '"' '\' '--' '*' | cmp -s - "$tmp/out"
check 'words arrive byte for byte'
long=$(printf '%03000d' 7)
try 0 --quiet --initrd="$mini" "$kernel" -- /bin/say "$long" && echo "[$long]" | cmp -s - "$tmp/out"
check 'a word of 3000 bytes'

try 42 --quiet --initrd="$mini" "$kernel" -- /bin/say -x 42 && one_line 'exit status 42'
check 'the exit status comes through'
try 137 --quiet --initrd="$mini" "$kernel" -- /bin/say -k 9
check 'a signal is 128 plus its number'
try 127 --quiet --initrd="$mini" "$kernel" -- /bin/no-such-program
check 'a missing program is 127'
try 124 --timeout=3 --initrd="$mini" "$kernel" -- /bin/say -l && grep -q 'time ran out' "$tmp/err"
check 'an endless command meets the time limit'

printf 'first line\nsecond\n\n' >"$tmp/in"
$limit "$run" --quiet --initrd="$mini" "$kernel" -- /bin/say -e <"$tmp/in" >"$tmp/out" 2>"$tmp/err" &&
        grep -q '^read first line$' "$tmp/out" && grep -q '^read second$' "$tmp/out"
check 'standard input reaches the command'

try 0 --log="$tmp/log" --initrd="$mini" "$kernel" -- /bin/say logged && cmp -s "$tmp/log" "$tmp/out" &&
        grep -q '^Linux version' "$tmp/log" && grep -q '^\[logged\]$' "$tmp/log"
check 'the log holds what the console showed'
$limit "$run" --timeout="$hang" --quiet --initrd="$mini" "$kernel" -- /bin/say lost >/dev/full 2>"$tmp/err" </dev/null
[ $? = 1 ] && grep -q 'standard output: cannot be written' "$tmp/err"
check 'output onto a full disk is an error'
try 0 --log=/dev/full --initrd="$mini" "$kernel" -- /bin/say there && grep -q '^\[there\]$' "$tmp/out" &&
        grep -q 'warning: /dev/full: cannot be written' "$tmp/err"
check 'a log onto a full disk is a warning'

try 0 --quiet --icount --initrd="$mini" "$kernel" -- /bin/say x
first=$(sed -n 's/.* \([0-9]*\) instructions$/\1/p' "$tmp/err")
try 0 --quiet --icount --initrd="$mini" "$kernel" -- /bin/say x
second=$(sed -n 's/.* \([0-9]*\) instructions$/\1/p' "$tmp/err")
[ -n "$first" ] && [ "$first" = "$second" ]
check 'counted instructions repeat exactly'

mkdir "$tmp/a,b c"
cp "$kernel" "$tmp/a,b c/kernel"
cp "$mini" "$tmp/a,b c/rootfs"
try 0 --quiet --initrd="$tmp/a,b c/rootfs" "$tmp/a,b c/kernel" -- /bin/say x
check 'commas and spaces in file names'
try 0 --quiet --memory=32M --initrd="$mini" "$kernel" -- /bin/say x
check 'a machine with 32 MB'
try 125 --memory=4M --initrd="$mini" "$kernel" -- /bin/say x && grep -q 'too little memory' "$tmp/err"
check 'too little memory is said in one sentence'
try 0 --quiet --iso="$tmp/boot.iso" --initrd="$mini" "$kernel" -- /bin/say iso &&
        [ -s "$tmp/boot.iso" ] && grep -q '^\[iso\]$' "$tmp/out"
check 'from a GRUB CD'
bzimage=$(dirname "$kernel")/arch/x86/boot/bzImage
if [ -f "$bzimage" ]; then
        try 0 --quiet --initrd="$mini" "$bzimage" -- /bin/say packed && echo '[packed]' | cmp -s - "$tmp/out"
        check 'a bzImage boots'
else
        skip 'a bzImage boots' "no $bzimage: add the target bzImage"
fi
exit "$failed"
