#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is counted and what it weighs: modelled cycles against sums made by hand from the weights of
# the cost model; the counting plugin's marks against a loop whose instructions can be counted on
# paper; and what the baseline suite says where nothing can be measured.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
plan 7

cost() { awk -f "$top_srcdir/testsuite/bench/cost.awk" "$@" >"$tmp/out" 2>"$tmp/err"; }
lines() { printf '%s\n' "$@" | tr ' ' '\t'; }

# What stands outside a measurement, the instruction iret by itself and functions of interest weigh nothing.
lines 'instructions 77777' 'sysenter 888' 'entry:page_fault 99' \
        '1.1:instructions 1000' '1.1:plain 900' '1.1:iret 50' '1.1:iret_to_user 3' '1.1:entry:page_fault 2' \
        '1.1:entry:count_sys_unmap 1000' '1.1:sysenter 4' '1.1:sysexit 5' '1.1:cr3_load 6' '1.1:cr4_load 7' \
        '1.1:segment_load 8' '1.1:descriptor_table 9' '1.1:wrmsr 10' '1.1:far_transfer 11' \
        '1.2:instructions 500' '2.1:instructions 30' '2.1:entry:irq_0 1' '2.1:entry:system_call 1' >"$tmp/counts"

# 1500 + 2*740 + 3*740 + 4*142 + 5*141 + 13*980 + 8*13 + 30*50 = 20817, ten rounds of it
cost -v names='getpid pipe' -v rounds='10 1' "$tmp/counts" &&
        [ "$(sed -n 1p "$tmp/out")" = 'getpid 2081.7 150.0 0.200 0.300 0.400 0.600' ]
check 'each weight once, both parts of a measurement, per round'
# 30 + 2*740
[ "$(sed -n 2p "$tmp/out")" = 'pipe 1510.0 30.0 2.000 0.000 0.000 0.000' ]
check 'gates of different names add up'
# 20817 + 4*142 + 5*141 + 13*980 = 34830
cost -v names='getpid pipe' -v rounds='10 1' -v factor=2 "$tmp/counts" &&
        [ "$(cut -d ' ' -f 2 "$tmp/out" | tr '\n' ' ')" = '3483.0 1510.0 ' ]
check 'what is assumed, doubled: system calls by sysenter and switches of spaces, nothing else'
cost -v names='getpid pipe fork' -v rounds='10 1 1' "$tmp/counts" && [ "$(wc -l <"$tmp/out")" = 2 ]
check 'an operation that was not measured has no line'

# A kernel that loops 1000 times between two marks: mov, 1000 times dec and jnz, and nothing else.
cat >"$tmp/loop.s" <<'END'
        .long 0x1badb002, 0, -0x1badb002
        .globl _start
_start: mov $10, %ecx
1:      dec %ecx
        jnz 1b
begin:  mov $1000, %ecx
2:      dec %ecx
        jnz 2b
end:    mov $0x501, %edx
        xor %eax, %eax
        out %al, %dx
3:      jmp 3b
END
plugin=$top_builddir/lib/afterburner/qemu/counts.so
as --32 -o "$tmp/loop.o" "$tmp/loop.s" && ld -m elf_i386 -Ttext=0x100000 -o "$tmp/loop" "$tmp/loop.o" &&
        nm "$tmp/loop" | awk '$3 == "begin" || $3 == "end" { print $1, "mark_" $3 }' >"$tmp/marks"
$limit qemu-system-i386 -display none -nic none -kernel "$tmp/loop" -device isa-debug-exit \
        -plugin "$plugin,out=$tmp/marked,entries=$tmp/marks" >"$tmp/out" 2>"$tmp/err" </dev/null
grep -qx "1.1:instructions	2001" "$tmp/marked"
check 'QEMU plugin: from mark_begin to mark_end, 2001 instructions'

# afterburn bench baseline, with no tree to boot.
mkdir "$tmp/empty"
run=$top_builddir/libexec/afterburner/afterburn-bench
try 3 baseline --check --build="$tmp/empty" &&
        [ "$(grep -c 'not measured$' "$tmp/out")" = "$(grep -c '^baseline	' "$top_srcdir/testsuite/figures.tsv")" ]
check 'no trees: every figure of the baseline suite is not measured, status 3'
"$top_builddir/libexec/afterburner/bench-baseline" "$tmp/none" >"$tmp/out" 2>"$tmp/err"
[ $? = 2 ] && one_line 'usage: bench-baseline FOLDER'; check 'no folder: one line, status 2'
exit "$failed"
