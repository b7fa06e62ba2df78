#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn run --hypervisor=l4: samples, several guests, what is refused; Linux and its smoke
# suite where an afterburned kernel is there (AFTERBURN_TEST_GUEST names another).  ROW and
# OPTIONS name another hypervisor of the kind.
# shellcheck disable=SC2317 # functions are called through fed
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
# shellcheck source=testsuite/smoke/root.sh
. "$top_srcdir/testsuite/smoke/root.sh"
share=$top_builddir/share/afterburner
rows=$(grep -c '^AB_INSN' "$top_srcdir/afterburner/insn-ia32.def")
guest=${AFTERBURN_TEST_GUEST:-$top_builddir/linux-6.1/vmlinux}
rootfs=$share/rootfs.cpio.gz
row=${ROW:-l4}
options=${OPTIONS:---hypervisor=l4}
plan 37

l4() {
        want=$1
        shift
        # shellcheck disable=SC2086 # words
        try "$want" $options --timeout="$hang" "$@"
}

# refused SENTENCE: the closing line holds it, and nothing else went wrong
refused() { grep -qF -- "$1" "$tmp/err"; }

l4 0 "$share/hello" && [ "$(grep -c '^ok ' "$tmp/out")" = "$rows" ] && ! grep -q '^not ok' "$tmp/out"
check 'hello: every row of the table'
cp "$tmp/out" "$tmp/l4"
try 0 "$share/hello" && cmp -s "$tmp/out" "$tmp/l4"
check 'hello: the same output as on the bare machine'
l4 0 "$share/mini" && [ "$(grep -c '^ok ' "$tmp/out")" = 9 ]
check 'mini: processes, timer, memory protection'
grep -Eq "^afterburn run: $row/qemu: ok, exit status 0, [0-9.]+ s, instructions not counted \(--icount does\), [0-9]+ hypervisor entries, [0-9]+ monitor requests, [0-9]+ threads\$" "$tmp/err"
check 'the closing line counts hypervisor entries'
for mb in 32 768; do
        l4 0 --memory=${mb}M "$share/mini"
        check "a guest with $mb MB"
done
l4 2 --memory=769M "$share/mini" && one_line "a guest of $row has 32M to 768M"
check 'more memory is refused in one sentence'
l4 2 --memory=31M "$share/mini" && one_line "a guest of $row has 32M to 768M"
check 'and less'

l4 0 --vm=A,memory=32M --vm=B,memory=40M "$share/mini" && [ "$(grep -c '^A: ok ' "$tmp/out")" = 9 ] &&
        [ "$(grep -c '^B: ok ' "$tmp/out")" = 9 ]
check 'two guests, each line behind its name'
l4 125 --vm=good --vm="bad,kernel=$share/hello-plain" "$share/mini" &&
        [ "$(grep -c '^good: ok ' "$tmp/out")" = 9 ]
check 'a guest that is refused leaves the other running'
try 2 --vm=A --vm=B "$share/mini" && one_line 'bare runs 1 guest: use --hypervisor=l4'
check 'several guests need a hypervisor'
l4 2 --vm=A,memry=3 "$share/mini" && one_line 'memry: give memory='
check 'an unknown word of --vm'

l4 125 "$share/hello-plain" && refused 'no annotation records'
check 'a kernel without annotations'
head -c 9000 "$share/mini" >"$tmp/truncated"
l4 125 "$tmp/truncated" && refused 'truncated'
check 'a truncated kernel'
# The address of the first record, wherever the section is; l4-records.t has every other field.
cp "$share/mini" "$tmp/version"
offset=$(LC_ALL=C readelf -SW "$share/mini" | sed -n 's/.* \.afterburn  *PROGBITS *[0-9a-f]* *\([0-9a-f]*\) .*/\1/p')
printf '\377\377\377\377' | dd of="$tmp/version" bs=1 seek=$((0x$offset)) conv=notrunc 2>/dev/null
l4 125 "$tmp/version" && grep -q 'record' "$tmp/err"
check 'damaged records'
printf '\076' | { cat "$share/mini" >"$tmp/machine"; dd of="$tmp/machine" bs=1 seek=18 conv=notrunc 2>/dev/null; }
l4 125 --vm=good --vm="bad,kernel=$tmp/machine" "$share/mini" && grep -q '^bad: .*not for IA-32' "$tmp/out" &&
        [ "$(grep -c '^good: ok ' "$tmp/out")" = 9 ]
check 'a kernel for another machine'
head -c 40000000 /dev/zero >"$tmp/large"
l4 125 --memory=32M --initrd="$tmp/large" "$share/mini" && refused 'too little memory'
check 'too little memory for what is to be loaded'
head -c 9000 /dev/zero >"$tmp/zeros"
l4 1 "$tmp/zeros" && one_line 'not a kernel'
check 'no kernel at all'
l4 1 --initrd="$tmp/missing" "$share/mini" && one_line 'cannot be read'
check 'a missing root file system'
"$top_builddir/libexec/afterburner/afterburn-link" --hypervisor="$row" "$share/mini" -o "$tmp/bound" >"$tmp/out" 2>&1 &&
        l4 0 "$tmp/bound" && [ "$(grep -c '^ok ' "$tmp/out")" = 9 ]
check 'a kernel bound ahead of time'
try 1 "$tmp/bound" && one_line "bound for $row, cannot run on bare"
check 'which the bare machine refuses by name'

cp "$top_builddir/lib/afterburner/l4/kernel-extended" "$tmp/a,kernel"
l4 0 --l4-kernel="$tmp/a,kernel" --l4-loader="$top_builddir/lib/afterburner/l4/loader" \
        --l4-sigma0="$top_builddir/lib/afterburner/l4/sigma0" "$share/mini" &&
        [ "$(grep -c '^ok ' "$tmp/out")" = 9 ]
check 'an L4 kernel, a loader and a sigma0 that the user names'
sed 's/ioflexpages/ioflexpagez/' "$top_builddir/lib/afterburner/l4/kernel-baseline" >"$tmp/no-ports"
l4 125 --l4-kernel="$tmp/no-ports" "$share/mini" && refused 'this L4 kernel has no IO fpages'
check 'an L4 kernel that cannot protect ports is refused'

if [ ! -f "$guest" ] || [ ! -f "$rootfs" ]; then
        for name in command input 'exit status' 'smoke suite' 'same file' 'two Linuxes' 'a panic' 32 768 31 769 'icount' 'time limit' \
                'interrupted again'; do
                skip "Linux: $name" 'no afterburned kernel: ./quickstart builds build/linux-6.1/vmlinux'
        done
        exit "$failed"
fi
l4 0 --quiet --initrd="$mini" "$guest" -- /bin/say one && echo '[one]' | cmp -s - "$tmp/out"
check 'Linux: a command runs and only its output is shown'
# shellcheck disable=SC2086 # words
printf 'k\nkeys\n\n' | $limit "$run" $options --timeout="$hang" --quiet --initrd="$mini" "$guest" -- \
        /bin/say -e >"$tmp/out" 2>"$tmp/err" && grep -q '^read k' "$tmp/out" && grep -q '^read keys' "$tmp/out"
check 'Linux: what is typed reaches the command'
l4 42 --quiet --initrd="$mini" "$guest" -- /bin/say -x 42
check 'Linux: its exit status comes through'
l4 0 --quiet --initrd="$rootfs" "$guest" -- /bin/smoke && cp "$tmp/out" "$tmp/l4" &&
        all_told "$tmp/out" && ! grep -q '^not ok' "$tmp/out"
check 'Linux: the smoke suite'
try 0 --quiet --initrd="$rootfs" "$guest" -- /bin/smoke && cmp -s "$tmp/out" "$tmp/l4"
check 'Linux: the same file prints the same on the bare machine'
l4 0 --vm=A --vm=B,memory=48M --initrd="$mini" "$guest" -- /bin/say both &&
        grep -q '^A: \[both\]' "$tmp/out" && grep -q '^B: \[both\]' "$tmp/out"
check 'Linux: two side by side'
root_of_nothing "$tmp/nothing"
l4 125 --vm=A --vm="B,initrd=$tmp/nothing" --initrd="$mini" "$guest" -- /bin/say alive &&
        grep -q '^A: \[alive\]' "$tmp/out" && grep -q '^resourcemon: A: rebooted, status 0' "$tmp/out" &&
        grep -q ": B: the guest panicked, exit status 125," "$tmp/err"
check 'Linux: one that panics is named with its reason; the other finishes'
for mb in 32 768; do
        l4 0 --memory=${mb}M --quiet --initrd="$mini" "$guest" -- /bin/say $mb && echo "[$mb]" | cmp -s - "$tmp/out"
        check "Linux: with $mb MB"
done
for mb in 31 769; do
        l4 2 --memory=${mb}M --initrd="$mini" "$guest" -- /bin/say $mb && one_line "a guest of $row has 32M to 768M"
        check "Linux: $mb MB are refused in one sentence"
done
l4 0 --quiet --icount --initrd="$mini" "$guest" -- /bin/say x &&
        grep -Eq ' [0-9]+ instructions, [0-9]+ hypervisor entries, [0-9]+ monitor requests, [0-9]+ threads$' "$tmp/err"
check 'Linux: instructions are counted'
l4 124 --timeout=8 --initrd="$mini" "$guest" -- /bin/say -l && grep -q 'time ran out' "$tmp/err"
check 'Linux: an endless command meets the time limit'
# Asked to stop for what was typed, it came at once; asked again seconds later, it was taken for one that
# had not come all that time, and the program was told of a general protection fault.
interrupted_again() {
        wait_for grep -q '^\[endless\]' "$tmp/out"
        for key in a b "$(printf '\003')"; do
                printf %s "$key"
                sleep 3
        done
}
# shellcheck disable=SC2086 # words
fed interrupted_again $options --timeout="$hang" --initrd="$mini" "$guest" -- /bin/say -l endless
[ $? = 130 ]
check 'Linux: an endless command that is interrupted again after three seconds goes on'
exit "$failed"
