#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# doc/evaluation.md is what its script makes of the result files; what is not in them is not made up.
# shellcheck source=testsuite/run/run.sh
. "${top_srcdir:?}/testsuite/run/run.sh"
script=$top_srcdir/testsuite/bench/evaluation.sh
plan 9

"$script" >"$tmp/out" 2>"$tmp/err"
[ $? = 2 ] && one_line usage; check 'without arguments: usage'
"$script" "$tmp" "$tmp" "$tmp/none" >"$tmp/out" 2>"$tmp/err"
[ $? = 1 ] && one_line 'extended.tsv: not found'; check 'a missing result file is named'
# The IPC part follows `afterburn bench l4', whose results change on their own.
without_ipc() { sed '/^## Figures 5.1/,/^## Table 5.1/d'; }
"$script" "$top_srcdir/doc/results-extended" "$top_srcdir/hypervisor-backends/l4/results" \
        "$top_srcdir/doc/evaluation-notes" 2>"$tmp/err" | without_ipc >"$tmp/made"
without_ipc <"$top_srcdir/doc/evaluation.md" >"$tmp/out"
[ -s "$tmp/made" ] && diff "$tmp/made" "$tmp/out" >"$tmp/err"
check 'doc/evaluation.md is made from the results in the tree: make evaluation'

# Made-up results: native 100, baseline 250; stage 1 and 2 are missing.
mkdir "$tmp/x" "$tmp/l4"
printf '6.1\tbare\tgetpid\tmodelled cycles\t100\n6.1\tbare\tgetpid\tmodelled cycles, doubled\t100\n6.1\tl4\tgetpid\tmodelled cycles\t250\n6.1\tl4\tgetpid\tmodelled cycles, doubled\t300\n6.1\tl4\tgetpid\tentry:exception_13\t1\n6.1\tl4\tgetpid\tentry:irq_0\t0.5\n6.1\tl4\tgetpid\tentry:count_sys_unmap\t9\n' |
        sed '1i linux\ton\toperation\tcounted\tper_operation' >"$tmp/x/extended.tsv"
printf 'name\tmust\taim\tmeasured\tverdict\ngetpid\t<=2\t<=1\t-\tnot measured\n' >"$tmp/x/figures.tsv"
printf 'kernel\tmode\twords\titem\tinstructions\tcycles\nbaseline\tinter\t0\t0\t50\t100\nextended\tinter\t0\t0\t60\t110\n' >"$tmp/l4/ipc.tsv"
printf 'kernel\tmeasurement\tpart\tinstructions\tcycles\tcycles_doubled\n' >"$tmp/l4/costs.tsv"
printf '@5.1\nsaid by hand\n@5.2\n' >"$tmp/notes"
"$script" "$tmp/x" "$tmp/l4" "$tmp/notes" >"$tmp/out" 2>"$tmp/err"
grep -q '^| baseline L4 | 6155 | 4.01 | 250.00 | 2.500 | 3.000 | .* | 1.50 |' "$tmp/out"
check 'ratios, and entries without what is counted for its own sake'
grep -q '^| stage 2, co-located | 4875 | 3.18 | not measured' "$tmp/out" &&
        sed -n '/Table 5.2/,/Table 5.3/p' "$tmp/out" | grep -q '^Not measured'
check 'what was not measured is said'
grep -q '^| 5.1 | .* | 10.0 to 10.0 percent | 100 to 0 | 110 to 0 |' "$tmp/out" && grep -q '^said by hand' "$tmp/out"
check 'IPC over baseline; notes at their place'
printf 'what\tfork\nwhole\t7 (1.000)\nwithout walls\t9 (1.286)\n' >"$tmp/x/without.tsv"
"$script" "$tmp/x" "$tmp/l4" "$tmp/notes" >"$tmp/out" 2>"$tmp/err"
sed -n '/one thing removed/,/^## Boot/p' "$tmp/out" | grep -q '^| without walls | 9 (1.286) |$'
check 'what stage 2 costs without one of its parts'
made() {
        for platform in l4x-colocated-all:1200:1300:2 l4x-colocated-without-master:1500:1400:1; do
                echo "$platform" | tr : ' ' | {
                        read -r p cycles doubled loads
                        printf '6.1\t%s\t%s\t%s\n' "$p" "compute	modelled cycles" "$cycles" "$p" "compute	modelled cycles, doubled" "$doubled" \
                                "$p" "compute	cr3_load" "$loads" "$p" "console	modelled cycles" "$doubled"
                }
        done
}
printf '6.1\tbare\tcompute\t%s\n' 'modelled cycles	1000' 'iret_to_user	2' >>"$tmp/x/extended.tsv"
made >>"$tmp/x/extended.tsv"
"$script" "$tmp/x" "$tmp/l4" "$tmp/notes" >"$tmp/out" 2>"$tmp/err"
grep -q '^| 6.1 | a tick | the master space | 0 | 100 | 650 | 1.0 |' "$tmp/out" &&
        grep -q '^| 6.1 | a tick | a small space | 0 | 250 | 700 | 0.5 |' "$tmp/out" &&
        grep -q '^| 6.1 | a line typed | a small space | 0 | 1400 |' "$tmp/out" && grep -q '^| 6.1 | 1.250 (1.077) |$' "$tmp/out"
check 'what the interrupt thread costs in a small space'

# named FILE: it says of which trees, in which configuration, by which compiler
named() {
        grep -q 'Linux 6\.1\.[0-9]' "$1" && grep -q 'Linux 2\.6\.9' "$1" && grep -qi 'configuration' "$1" &&
                grep -q 'gcc [0-9]*\.[0-9]' "$1"
}
named "$top_srcdir/doc/results-baseline" && named "$top_srcdir/doc/results-extended/README" &&
        named "$top_srcdir/doc/results-toolchain"
check 'recorded results name tree, configuration and compiler'
exit "$failed"
