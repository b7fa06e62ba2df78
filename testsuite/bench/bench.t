#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# afterburn bench: judging values against figures, with a suite of our own; and
# the guest's benchmark program counts the same twice.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 23

# A small installation: the real program, made-up figures and values.
mkdir -p "$tmp/libexec/afterburner" "$tmp/share/afterburner"
cp "$top_builddir/libexec/afterburner/afterburn-bench" "$tmp/libexec/afterburner/"
run=$tmp/libexec/afterburner/afterburn-bench
printf 'trial\tless\t<=3\t<=1\tx\ntrial\tmore\t>=90\t>=97\tx\ntrial\tsame\t=0\t=0\tx\ntrial\tsaid\treport\treport\tx\n' \
        >"$tmp/share/afterburner/figures.tsv"

# values LESS MORE SAME SAID: what the suite measures; - for not
values() {
        printf '#!/bin/sh\n' >"$tmp/libexec/afterburner/bench-trial"
        for name in less more same said; do
                [ "$1" = - ] || printf "printf '%s\\\\t%s\\\\n'\n" "$name" "$1" \
                        >>"$tmp/libexec/afterburner/bench-trial"
                shift
        done
        chmod +x "$tmp/libexec/afterburner/bench-trial"
}
line() { grep -Eq "^$1 .* $2\$" "$tmp/out"; }

try 2 && one_line 'no suite'; check 'no suite: usage'
try 2 fiction && one_line 'fiction: no such suite'; check 'an unknown suite: usage'
try 2 trial --loud && one_line '--loud'; check 'an unknown option: usage'
try 1 trial --build="$tmp/none" && one_line "$tmp/none"; check 'a missing build folder'
try 2 trial --output && one_line '--output: needs a value'; check 'an option without its value: usage'
try 1 trial --output="$tmp/none/o.tsv" && one_line "$tmp/none/o.tsv: cannot be written"
check 'where the table cannot be written: said before anything is measured'
try 3 trial && one_line 'not part of this build'; check 'a suite without its program'

values 0.5 97 0 12
try 0 trial --check --build="$tmp" && line less 'holds, aim met' && line more 'holds, aim met' && line said reported
check 'everything holds'
values 3 90 0 12
try 0 trial --check --build="$tmp" && line less 'holds' && ! line less 'holds, aim met'
check 'the limits themselves hold'
values 3.01 95 0 12
try 1 trial --check --build="$tmp" && line less 'falls short'; check 'above an upper limit falls short'
values 1 89.9 0 12
try 1 trial --check --build="$tmp" && line more 'falls short'; check 'below a lower limit falls short'
values 1 95 - 12
try 3 trial --check --build="$tmp" && line same 'not measured'; check 'what is missing is not measured: status 3'
values 1 95 1 12
try 0 trial --build="$tmp" --output="$tmp/o.json" && line same 'falls short' &&
        grep -q '"name":"same".*"measured":1,"verdict":"falls short"' "$tmp/o.json"
check 'without --check the status is 0; JSON'
values 1 - 1 12
try 0 trial --build="$tmp" --output="$tmp/o.tsv" && grep -q "^more	>=90	>=97	-	not measured$" "$tmp/o.tsv"
check 'the table as TSV'

# Two ways of doing things.  What a command really takes depends on what else the host does: here it
# says itself what it took, and a library in front of wait4() believes it.
alternate=$top_builddir/libexec/afterburner/bench-alternate
cat >"$tmp/took.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* As the real one; milliseconds of user and system time are in the file that TOOK names. */
int wait4(int child, int *status, int how, struct rusage *usage)
{
        int (*real)(int, int *, int, struct rusage *) = dlsym(RTLD_NEXT, "wait4");
        int found = real(child, status, how, usage);
        FILE *took = fopen(getenv("TOOK"), "r");
        long user, system;

        if (!took || fscanf(took, "%ld %ld", &user, &system) != 2)
                abort();
        fclose(took);
        usage->ru_utime.tv_sec = usage->ru_stime.tv_sec = 0;
        usage->ru_utime.tv_usec = user * 1000;
        usage->ru_stime.tv_usec = system * 1000;
        return found;
}
END
${CC:-gcc} -shared -fPIC -o "$tmp/took.so" "$tmp/took.c" -ldl 2>"$tmp/err" || cat "$tmp/err"
# Rounds of 100+0 against 150+100, 300+0 against 150+50, 80+20 against 150+150 ms: the least are 100 and 200
# ms, so 100 percent; of their time 480 of 500 and 450 of 750 were user's: 96 and 120 ms, 25 percent; single
# rounds 150, -33.33 and 200 percent.
printf '100 0\n150 100\n150 50\n300 0\n80 20\n150 150\n' >"$tmp/script"
cat >"$tmp/work" <<'END'
sed -n 1p "$SCRIPT" >"$TOOK" && sed -i 1d "$SCRIPT" && echo "$1" >>"$SCRIPT.order"
END
printf 'sh %s plain\nsh %s other\n' "$tmp/work" "$tmp/work" |
        TOOK=$tmp/took SCRIPT=$tmp/script LD_PRELOAD=$tmp/took.so "$alternate" 3 >"$tmp/out" 2>"$tmp/err" &&
        [ "$(cat "$tmp/out")" = '25.00 100.00 -33.33 200.00 1 0.10' ]
check 'bench-alternate: least times of all rounds, shares over all, extremes of single rounds'
[ "$(tr '\n' ' ' <"$tmp/script.order")" = 'plain other other plain plain other ' ]
check 'bench-alternate: the order changes from round to round'
# shellcheck disable=SC2016 # for the other shell
printf '%s\n' 'i=0; while [ $i -lt 600000 ]; do i=$((i + 1)); done' true | "$alternate" 1 >"$tmp/out" 2>"$tmp/err" &&
        awk '{ exit !($5 == 1 && $6 > 0) }' "$tmp/out"
check 'bench-alternate: what a command takes is processor time, and some'
printf 'true\nfalse\n' | "$alternate" 1 >"$tmp/out" 2>"$tmp/err"
[ $? = 1 ] && one_line 'failed: false'; check 'bench-alternate: a command that fails is named'

run=$top_builddir/libexec/afterburner/afterburn-run
kernel=$(a_kernel)
if [ -n "$kernel" ]; then
        for i in 1 2; do
                try 0 --quiet --icount --append=norandmaps --initrd="$mini" "$kernel" -- /bin/bench getpid 1000
                # The kernel may get a word in when it stops.
                grep ^getpid "$tmp/out" >"$tmp/count$i"
        done
        grep -Eq '^getpid 1000 [0-9]+ [0-9]+ [0-9]+$' "$tmp/count1" && cmp -s "$tmp/count1" "$tmp/count2"
        check 'the count of getpid repeats'

        plugin=$top_builddir/lib/afterburner/qemu/counts.so
        for n in 1000 3000; do
                try 0 --quiet --icount --append=norandmaps --initrd="$mini" --emulator-option=-plugin \
                        --emulator-option="$plugin,out=$tmp/events$n" "$kernel" -- /bin/bench getpid $n
        done
        awk -F "\t" '$1 == "int" { v[++n] = $2 } END { exit !(v[2] - v[1] >= 2000 && v[2] - v[1] <= 2010) }' "$tmp/events1000" "$tmp/events3000"
        check 'QEMU plugin: 2000 more system calls are 2000 more int instructions'
        awk -F "\t" '$1 == "instructions" { all = $2 } $1 == "plain" { from = NR } from && $1 !~ /:/ { sum += $2 }
                END { exit !(all > 1000000 && sum == all) }' "$tmp/events1000"
        check 'QEMU plugin: the classes add up to all instructions'

        nm "$kernel" | sed -n 's/^\([0-9a-f]*\) . \(asm_exc_page_fault\|entry_INT80_32\)$/\1 \2/p' >"$tmp/list"
        try 0 --quiet --icount --append=norandmaps --initrd="$mini" --emulator-option=-plugin \
                --emulator-option="$plugin,out=$tmp/events,entries=$tmp/list" "$kernel" -- /bin/bench fault 1000
        # A round maps a page, touches it and gives it back; nobody else faults in it.
        grep -qx '1.1:application:asm_exc_page_fault	1000' "$tmp/events" &&
                awk -F "\t" '$1 == "1.1:application:entry_INT80_32" { n = $2 } END { exit n < 1999 || n > 2000 }' "$tmp/events"
        check 'QEMU plugin: entries that interrupted an application are counted apart'

        # Where each vector of the kernel leads; external ones have stubs of eight bytes.
        nm "$kernel" | sed -n 's/^\([0-9a-f]*\) . irq_entries_start$/\1/p' >"$tmp/stubs"
        {
                nm "$kernel" | while read -r address _ name; do
                        case $name in
                        asm_exc_debug) echo "$address 01" ;;
                        asm_exc_int3) echo "$address 03" ;;
                        asm_exc_invalid_op) echo "$address 06" ;;
                        asm_exc_device_not_available) echo "$address 07" ;;
                        asm_exc_general_protection) echo "$address 0d" ;;
                        asm_exc_page_fault) echo "$address 0e" ;;
                        entry_INT80_32) echo "$address 80" ;;
                        esac
                done
                for vector in 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63; do
                        printf '%x %x\n' $((0x$(cat "$tmp/stubs") + 8 * (vector - 32))) $vector
                done
        } >"$tmp/list"
        try 0 --quiet --icount --append=norandmaps --initrd="$mini" --emulator-option=-plugin \
                --emulator-option="$plugin,out=$tmp/events,entries=$tmp/list" --emulator-option=-d \
                --emulator-option=int --emulator-option=-D --emulator-option="$tmp/int.log" \
                "$kernel" -- /bin/bench getpid 1000
        sed -n 's/^entry:\(..\)\t\([1-9].*\)/\1 \2/p' "$tmp/events" | sort >"$tmp/by-plugin"
        sed -n 's/^ *[0-9]*: v=\(..\) .*/\1/p' "$tmp/int.log" | sort | uniq -c |
                awk '{ print $2, $1 }' >"$tmp/by-log"
        # There are system calls, page faults and the timer at least.
        [ "$(wc -l <"$tmp/by-log")" -ge 3 ] && diff "$tmp/by-log" "$tmp/by-plugin" >"$tmp/err"
        check 'QEMU plugin: entries by vector are those QEMU logs by itself'
else
        skip 'the count of getpid repeats' 'no kernel: ./quickstart builds one'
        skip 'QEMU plugin: 2000 more system calls are 2000 more int instructions' 'no kernel'
        skip 'QEMU plugin: the classes add up to all instructions' 'no kernel'
        skip 'QEMU plugin: entries that interrupted an application are counted apart' 'no kernel'
        skip 'QEMU plugin: entries by vector are those QEMU logs by itself' 'no kernel'
fi
exit "$failed"
