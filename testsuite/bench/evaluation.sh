#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# evaluation EXTENDED L4 NOTES: writes doc/evaluation.md, the thesis' chapter 5 redone, to
# standard output; `make evaluation' calls it.
#
#   EXTENDED   folder of `afterburn bench extended --results': extended.tsv, boot.tsv, and
#              figures.tsv, which is its --output
#   L4         folder of `afterburn bench l4 --results': ipc.tsv, costs.tsv
#   NOTES      what a script cannot say: text behind a line "@PLACE" goes to that place
#
# No number of ours is written by hand: where a result is not in the files, "not measured".
set -eu
case $# in
3) ;;
*) echo 'evaluation: usage: evaluation EXTENDED L4 NOTES, as make evaluation calls it' >&2; exit 2 ;;
esac
extended=$1 l4=$2 notes=$3
thesis=$(dirname "$(readlink -f "$0")")/thesis.tsv
for file in "$extended/extended.tsv" "$extended/figures.tsv" "$l4/ipc.tsv" "$l4/costs.tsv" "$notes" "$thesis"; do
        [ -f "$file" ] || { echo "evaluation: $file: not found: run afterburn bench" >&2; exit 1; }
done

note() {
        awk -v place="@$1" '/^@/ { on = $0 == place; next } on' "$notes"
        echo
}

# operations TABLE OPERATION TITLE: one table per kernel, the thesis' row beside ours
operations() {
        printf '## Table %s: %s\n' "$1" "$3"
        awk -F '\t' -v table="$1" -v operation="$2" '
        BEGIN {
                split("native|original|stage 1|stage 2", system_of, "|")
                split("bare|l4|l4x-split|l4x-colocated", platform, "|")
                split("native|baseline L4|stage 1, split|stage 2, co-located", name, "|")
        }
        FNR == 1 { file++ }
        file == 1 { if ($1 == table) { was[$4] = $5; unit = $6; times[$4] = $7; section = $2 } next }
        $3 != operation { next }
        !($1 in seen) { seen[$1]; version[++versions] = $1 }
        { count[$1, $2, $4] = $5 }
        # Every way into a kernel is an entry but those counted for their own sake.
        $4 ~ /^entry:/ && $4 !~ /^entry:count_/ { entries[$1, $2] += $5 }
        function number(x) { return x == "" ? "-" : x >= 1e6 ? sprintf("%.3f million", x / 1e6) : x >= 1000 ? sprintf("%.0f", x) : sprintf("%.2f", x) }
        function ratio(v, p, what) {
                if (!((v, p, what) in count) || !count[v, "bare", what]) return "-"
                return sprintf("%.3f", count[v, p, what] / count[v, "bare", what])
        }
        END {
                if (!versions) print "\nNot measured."
                for (i = 1; i <= versions; i++) {
                        v = version[i]
                        printf "\nLinux %s%s\n\n", v, section ? "; the thesis: section " section : ""
                        print "| system | thesis, " (unit ? unit : "-") " | thesis, times native | modelled cycles | times native | weights doubled | instructions | entries | iret out | sysenter | CR3 loads | segment loads |"
                        print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
                        for (s = 1; s <= 4; s++) {
                                p = platform[s]
                                printf "| %s | %s | %s | ", name[s], (system_of[s] in was) ? was[system_of[s]] : "-", (system_of[s] in times) ? times[system_of[s]] : "-"
                                if (!((v, p, "modelled cycles") in count)) {
                                        print "not measured | | | | | | | | |"
                                        continue
                                }
                                printf "%s | %s | %s | %s | %s | %s | %s | %s | %s |\n", number(count[v, p, "modelled cycles"]), \
                                        ratio(v, p, "modelled cycles"), ratio(v, p, "modelled cycles, doubled"), \
                                        number(count[v, p, "instructions"]), number(entries[v, p] + 0), \
                                        number(count[v, p, "iret_to_user"] + 0), number(count[v, p, "sysenter"] + 0), \
                                        number(count[v, p, "cr3_load"] + 0), number(count[v, p, "segment_load"] + 0)
                        }
                }
        }' "$thesis" "$extended/extended.tsv"
        echo
}

# faults OPERATION: table 5.6 of one load
faults() {
        awk -F '\t' -v operation="$1" '
        BEGIN {
                split("original|stage 1|stage 2", system_of, "|")
                split("l4|l4x-split|l4x-colocated", platform, "|")
                split("baseline L4|stage 1, split|stage 2, co-located", name, "|")
        }
        FNR == 1 { file++ }
        file == 1 { if ($1 == "5.6") was[$3, $4] = $5; next }
        $3 != operation { next }
        !($1 in seen) { seen[$1]; version[++versions] = $1 }
        { count[$1, $2, $4] = $5 }
        $4 ~ /^entry:(asm_exc_page_fault|page_fault)$/ { native[$1] = $5 }
        function of(what, s) { return (what, s) in was ? was[what, s] : "-" }
        END {
                if (!versions) print "Not measured."
                for (i = 1; i <= versions; i++) {
                        v = version[i]
                        printf "Linux %s; natively %d page faults\n\n", v, native[v]
                        print "| system | thesis: application | kernel | monitor requests | application | kernel | monitor requests | only for accessed or dirty bits | translations filled |"
                        print "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
                        for (s = 1; s <= 3; s++) {
                                p = platform[s]
                                printf "| %s | %s | %s | %s | ", name[s], of("application faults", system_of[s]), \
                                        of("kernel faults", system_of[s]), of("monitor requests", system_of[s])
                                if (!((v, p, "modelled cycles") in count)) { print "not measured | | | | |"; continue }
                                all = count[v, p, "entry:exception_14"]; user = count[v, p, "application:exception_14"]
                                printf "%d | %d | %d | %d | %d |\n", user, all - user, count[v, p, "entry:count_l4vm_request"], \
                                        count[v, p, "entry:count_bits_only"], count[v, p, "entry:count_mmu_fill"]
                        }
                        print ""
                }
        }' "$thesis" "$extended/extended.tsv"
}

# ipc FIGURE TITLE MODE BASE: extended against BASE at 0 and 63 words, and all sizes' spread
ipc() {
        awk -F '\t' -v figure="$1" -v title="$2" -v mode="$3" -v base="$4" -v with="$5" '
        FNR == 1 { file++ }
        file == 1 { if ($1 == "F" figure) was = $5 " " $6; next }
        $2 != mode || $4 { next }
        $1 == base { b[$3] = $6; bi[$3] = $5 }
        $1 == with { e[$3] = $6; ei[$3] = $5 }
        END {
                least = 1e9; most = -1e9
                for (w in b) if (w in e) { o = 100 * (e[w] / b[w] - 1); if (o < least) least = o; if (o > most) most = o; n++ }
                printf "| %s | %s | %s | ", figure, title, was
                if (!n) print "not measured | | |"
                else printf "%.1f to %.1f percent | %d to %d | %d to %d |\n", least, most, b[0], b[63], e[0], e[63]
        }' "$thesis" "$l4/ipc.tsv"
}

# measurement NAME COLUMN: a row of costs.tsv for baseline and extended
costs() {
        awk -F '\t' '
        NR == 1 { for (c = 1; c <= NF; c++) at[$c] = c; next }
        $1 == "baseline" || $1 == "extended" { i[$1, $2, $3] = $(at["instructions"]); y[$1, $2, $3] = $(at["cycles"]); d[$1, $2, $3] = $(at["cycles_doubled"]); if (!($2 in seen)) { seen[$2]; name[++n] = $2 } }
        function cell(k, m, p) { return ((k, m, p) in i) ? sprintf("%.0f (%.0f; %.0f)", i[k, m, p], y[k, m, p], d[k, m, p]) : "-" }
        END {
                print "| measurement | baseline: there | back | extended: there | back |"
                print "|---|--:|--:|--:|--:|"
                for (k = 1; k <= n; k++)
                        printf "| %s | %s | %s | %s | %s |\n", name[k], cell("baseline", name[k], 1), cell("baseline", name[k], 2), \
                                cell("extended", name[k], 1), cell("extended", name[k], 2)
        }' "$l4/costs.tsv"
}

# The interrupt thread in a small space, and in the master space on the same kernel: what an interrupt costs,
# and what everything else does
small_space() {
        awk -F '\t' '
        $2 == "bare" || $2 == all || $2 == small {
                if (!($1 in seen)) { seen[$1]; version[++versions] = $1 }
                if ($2 != "bare" && $4 == "modelled cycles" && !($3 in known)) { known[$3]; operation[++operations] = $3 }
                count[$1, $2, $3, $4] = $5
        }
        # Of version v on platform p, per interrupt: over native if that is given
        function each(v, p, o, what, native) {
                return ((count[v, p, o, what] - (native ? count[v, native, o, what] : 0)) / (o == "console" ? 1 : count[v, "bare", o, "iret_to_user"]))
        }
        function line(v, p, o,  n, i) {
                if (!((v, p, o, "modelled cycles") in count)) return
                n = o == "console" ? "" : "bare"
                printf "| %s | %s | %s | %.0f | %.0f | %.0f |", v, o == "console" ? "a line typed" : "a tick", p == small ? "a small space" : "the master space", \
                        each(v, p, o, "instructions", n), each(v, p, o, "modelled cycles", n), each(v, p, o, "modelled cycles, doubled", n)
                split("cr3_load sysenter sysexit iret_to_user segment_load entry:count_write_segments", counter, " ")
                for (i = 1; i <= 6; i++) printf " %.1f |", each(v, p, o, counter[i])
                print ""; lines++
        }
        END {
                for (i = 1; i <= versions; i++) if ((version[i], small, "compute", "modelled cycles") in count) n++
                if (!n) { print "Not measured."; exit }
                print "| Linux | event | interrupt thread in | instructions | modelled cycles | weights doubled | CR3 loads | calls of L4 | SYSEXIT | IRET to user mode | segment loads | segments written |"
                print "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
                for (i = 1; i <= versions; i++) {
                        line(version[i], all, "compute"); line(version[i], small, "compute")
                        line(version[i], all, "console"); line(version[i], small, "console")
                }
                print "\nThe whole of an operation, with the interrupt thread in a small space: modelled cycles, times those with it in the master space (weights doubled)\n"
                printf "| Linux |"
                for (k = 1; k <= operations; k++) if (operation[k] != "console") printf " %s |", operation[k] == "compute" ? "CPU-bound" : operation[k]
                printf "\n|---|"
                for (k = 1; k <= operations; k++) if (operation[k] != "console") printf "--:|"
                print ""
                for (i = 1; i <= versions; i++) {
                        v = version[i]
                        if (!((v, small, "compute", "modelled cycles") in count)) continue
                        printf "| %s |", v
                        for (k = 1; k <= operations; k++) if (operation[k] != "console") {
                                o = operation[k]
                                printf " %.3f (%.3f) |", count[v, small, o, "modelled cycles"] / count[v, all, o, "modelled cycles"], \
                                        count[v, small, o, "modelled cycles, doubled"] / count[v, all, o, "modelled cycles, doubled"]
                        }
                        print ""
                }
        }' all=l4x-colocated-all small=l4x-colocated-without-master "$extended/extended.tsv"
        echo
}

cat <<'END'
<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Written by testsuite/bench/evaluation.sh (make evaluation) from result files: do not edit. -->
# Evaluation: the thesis' chapter 5, redone

END
note begin
echo '## The figures of issue 5'
echo
echo '| figure | must | aim | measured | |'
echo '|---|--:|--:|--:|---|'
awk -F '\t' 'NR > 1 { printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4 == "-" ? "" : $4, $5 }' "$extended/figures.tsv" |
        sed 's/<=/at most /g; s/>=/at least /g'
echo
note figures

echo '## Figures 5.1 to 5.4: IPC'
echo
echo '| figure | | thesis: extended over baseline | ours | baseline, cycles at 0 to 63 words | extended |'
echo '|---|---|---|--:|--:|--:|'
ipc 5.1 'between spaces, small spaces not compiled in' inter baseline extended
ipc 5.2 'between spaces, small spaces compiled in' inter smallspaces all
ipc 5.3 'inside a space, small spaces compiled in' intra smallspaces all
ipc 5.4 'between two small spaces' small smallspaces all
cat <<'END'

Plots: hypervisor-backends/l4/results/*.svg.  What the extensions cost when they are used
(instructions; in brackets modelled cycles, and the same with the assumed weights doubled):

END
costs
echo
note ipc
operations 5.1 getpid 'getpid'
note 5.1
operations 5.2 fork 'process creation (fork, exit, wait)'
note 5.2
operations 5.3 compute 'CPU-bound'
note 5.3
operations 5.4 tcp 'network: 64 KB in pieces of 1,460 bytes over loopback'
note 5.4
operations 5.5 build 'kernel build: the compiler of the sample root compiles itself, 50 units'
operations 5.5 gcc "the same with Debian's gcc: zlib's 15 files at -O2"
note 5.5
echo '## Table 5.6: page faults'
echo
echo 'During the compiler load:'
echo
faults build
echo "During Debian's gcc:"
echo
faults gcc
note 5.6
echo '## Beyond the thesis: exec, pipes, faults'
echo
for operation in exec pipe fault mmap; do
        operations - $operation $operation | sed 's/^## Table -: /### /'
done
echo '## Stage 2 with one thing removed at a time'
echo
if [ -f "$extended/without.tsv" ]; then
        awk -F '\t' '
        NR == 1 { printf "|"; for (c = 1; c <= NF; c++) printf " %s |", $c; printf "\n|---|"; for (c = 2; c <= NF; c++) printf "--:|"; print ""; next }
        { printf "|"; for (c = 1; c <= NF; c++) printf " %s |", $c; print "" }' "$extended/without.tsv"
else
        echo 'Not measured.'
fi
echo
note without
echo '## The interrupt thread in a small space'
echo
small_space
note small
echo '## Boot with 128 MB to the end of a command, wall time'
echo
if [ -f "$extended/boot.tsv" ]; then
        awk -F '\t' 'NR == 1 { print "| platform | seconds | times native |\n|---|--:|--:|"; next }
                $1 == "bare" { b = $2 } { printf "| %s | %.2f | %s |\n", $1, $2, b ? sprintf("%.2f", $2 / b) : "-" }' "$extended/boot.tsv"
else
        echo 'Not measured.'
fi
echo
note end
