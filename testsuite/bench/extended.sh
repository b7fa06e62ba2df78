#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-extended FOLDER [RESULTS]: what operations of FOLDER/linux-VERSION cost natively, on
# baseline L4, and on extended L4 in its two layouts (split is the thesis' stage 1, co-located
# its stage 2): the same image, in modelled cycles (cost.awk).
#
# Prints figures, NAME, a tab, VALUE, and the comparison in lines that begin with "#".  A
# platform that this build does not have is left out: its figures are not measured.
# Into the folder RESULTS (./bench-extended) go
#   extended.tsv    linux, platform, operation, what was counted, per operation
#   boot.tsv        platform, seconds until a command of the root file system has ended
#   without.tsv     stage 2 whole, and with one part left out at a time: the set "ablation"
#                   (the set "interrupt" is in extended.tsv: the interrupt thread in the master space
#                   and in a small one, both on kernel-all)
#   extended.txt    the comparison
#   times-*.svg     plots, if gnuplot is there
#
# AFTERBURN_BENCH_VERSIONS and AFTERBURN_BENCH_SETS in the environment choose what is run.
set -u

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -d "$1" ]; then
        echo 'bench-extended: usage: bench-extended FOLDER [RESULTS], as afterburn bench calls it' >&2
        exit 2
fi
suite=extended build=$1 results=${2:-bench-extended}
# shellcheck source=testsuite/bench/guests.sh
. "$(dirname "$(readlink -f "$0")")/bench-guests"
versions=${AFTERBURN_BENCH_VERSIONS:-6.1 2.6.9}
sets=${AFTERBURN_BENCH_SETS:-all build gcc ablation interrupt}
# Of Linux 6.1 only, and on platforms of its own.
ablation=
case " $sets " in *" ablation "*) ablation=1 sets=$(echo " $sets " | sed "s/ ablation / /; s/^ *$//") ;; esac
interrupt=
case " $sets " in *" interrupt "*) interrupt=1 sets=$(echo " $sets " | sed "s/ interrupt / /; s/^ *$//") ;; esac
compared=$versions # by the set interrupt
[ -n "$sets" ] || versions=
platforms='bare l4 l4x-split l4x-colocated'
mkdir -p "$results" || { say "$results: cannot be made"; exit 1; }

# report NAME VALUE: a figure, if it was measured
report() { [ -z "$2" ] || figure "$1" "$2"; }

# application_faults VERSION PLATFORM OPERATION: page faults of applications, per operation
application_faults() { value "$1" "$2" "$3" application:exception_14; }

# figures VERSION SUFFIX
figures() {
        while read -r operation platform name; do
                report "$name, times native$2" "$(times_native "$1" "$platform" "$operation")"
                [ "$operation" = gcc ] ||
                        report "$name, weights doubled$2" "$(times_native "$1" "$platform" "$operation" 'modelled cycles, doubled')"
        done <<'END'
getpid l4x-colocated getpid, co-located
getpid l4x-split getpid, split with extensions
fork l4x-colocated fork+exit+wait, co-located
build l4x-colocated compiler load, co-located
gcc l4x-colocated gcc load (Debian's, 6.1), co-located
compute l4x-colocated CPU-bound
END
        report "application page faults, co-located over split$2" \
                "$(over "$(application_faults "$1" l4x-colocated build)" "$(application_faults "$1" l4x-split build)")"
        for layout in colocated split; do
                bits=$(value "$1" l4x-$layout fork entry:count_bits_only)
                [ -n "$(value "$1" l4x-$layout fork 'modelled cycles')" ] || continue
                report "accessed and dirty faults per fork$2" "${bits:-0.000}"
                report "accessed and dirty faults per 1000 pages$2" "$(over \
                        "$(value "$1" l4x-$layout build entry:count_bits_only | awk '{ n = $1 * 1000 } END { print n + 0 }')" \
                        "$(value "$1" l4x-$layout build entry:count_mmu_fill)" 1)"
                break
        done
}

measured=''
printf 'on\tseconds\n' >"$work/boot"
for version in $versions; do
        kernel=$build/linux-$version/vmlinux
        [ -f "$kernel" ] || { say "$kernel: not found: linux-$version is not measured"; continue; }
        for platform in $platforms; do
                if ! machine "$platform" "$kernel" >"$work/machine"; then
                        say "$platform: not part of this build: not measured"
                        continue
                fi
                # shellcheck disable=SC2086 # words
                count "$platform" "$version" $sets || say "linux-$version on $platform: not all was measured"
                measured="$measured $version:$platform"
                [ "$version" = 6.1 ] || continue
                say "linux-$version on $platform: boot"
                took=$(boot "$platform" "$kernel" 128M)
                [ -z "$took" ] || printf '%s\t%s\n' "$platform" "$took" >>"$work/boot"
        done
        suffix=
        [ "$version" = 6.1 ] || suffix=", $version"
        figures "$version" "$suffix"
done
# --- stage 2 without one of its parts at a time ---------------------------------------
parts='recycling limits preemption invalidation bulk'
without() {
        kernel=$build/linux-6.1/vmlinux
        if [ ! -f "$kernel" ] || ! machine l4x-colocated "$kernel" >"$work/machine"; then
                say 'stage 2 on linux-6.1: not part of this build: nothing can be left out'
                return
        fi
        measured="$measured ablation"
        [ -n "$(value 6.1 l4x-colocated build 'modelled cycles')" ] || count l4x-colocated 6.1 all build
        for part in $parts; do
                count l4x-colocated-without-"$part" 6.1 all build || say "without $part: not all was measured"
        done
        awk -F '\t' -v parts="$parts" '
        BEGIN {
                n = split(parts, part, " "); most = split("getpid pipe fork exec fault build", operation, " ")
                printf "modelled cycles (times whole)"
                for (o = 1; o <= most; o++) printf "\t%s", operation[o] == "build" ? "compiler load" : operation[o]
                print "\tThreadControl per fork\tthreads alive"
        }
        $1 == "6.1" { count[$2, $3, $4] = $5 }
        function of(p, o,  c, f) {
                c = count[p, o, "modelled cycles"]; f = count["l4x-colocated", o, "modelled cycles"]
                return c == "" || !f ? "-" : sprintf("%.0f (%.3f)", c, c / f)
        }
        function number(p, o, what) { return (p, o, "modelled cycles") in count ? sprintf("%.4g", count[p, o, what]) : "-" }
        END {
                for (i = 0; i <= n; i++) {
                        p = "l4x-colocated" (i ? "-without-" part[i] : "")
                        printf "%s", i ? "without " part[i] : "whole"
                        for (o = 1; o <= most; o++) printf "\t%s", of(p, operation[o])
                        printf "\t%s\t%s\n", number(p, "fork", "entry:count_sys_thread_control"), number(p, "build", "threads")
                }
        }' "$counted" >"$results/without.tsv"
}
[ -z "$ablation" ] || without

# --- the interrupt thread in the master space, and in a small one -------------------------
interrupt() {
        for version in $compared; do
                kernel=$build/linux-$version/vmlinux
                [ -f "$kernel" ] || { say "$kernel: not found: linux-$version is not measured"; continue; }
                [ -n "$(value "$version" bare compute 'modelled cycles')" ] || count bare "$version" all
                for platform in l4x-colocated-all l4x-colocated-without-master; do
                        if count "$platform" "$version" all && count_console "$platform" "$version"; then
                                measured="$measured interrupt"
                        else
                                say "linux-$version on $platform: not all was measured"
                        fi
                done
        done
}
[ -z "$interrupt" ] || interrupt

seconds_of() { awk -F '\t' -v p="$1" '$1 == p { print $2 }' "$work/boot"; }
report 'boot with 128 MB, wall time, times native' "$(over "$(seconds_of l4x-colocated)" "$(seconds_of bare)" 2)"

if ! cp "$counted" "$results/extended.tsv" || ! cp "$work/boot" "$results/boot.tsv"; then
        say "$results: cannot be written"
        exit 1
fi

# --- the comparison ----------------------------------------------------------------
awk -F '\t' -v platforms="$platforms" '
BEGIN { n = split(platforms, platform, " ") }
NR == 1 || $4 == "threads" || $2 ~ /-without-|-all$/ { next }
{ count[$1, $3, $2, $4] = $5 }
!($1 in seen) { seen[$1]; version[++versions] = $1 }
!(($1, $3) in known) { known[$1, $3]; operation[$1, ++operations[$1]] = $3 }
function cell(v, o, p,  c, b, d, bd) {
        c = count[v, o, p, "modelled cycles"]; b = count[v, o, "bare", "modelled cycles"]
        d = count[v, o, p, "modelled cycles, doubled"]; bd = count[v, o, "bare", "modelled cycles, doubled"]
        if (c == "" || !b) return "not measured"
        return sprintf("%.3f (%.3f) %12.0f", c / b, d / bd, count[v, o, p, "instructions"])
}
END {
        print "Modelled cycles, times native (the two assumed weights doubled); instructions"
        for (i = 1; i <= versions; i++) {
                v = version[i]
                printf "\n%-10s %14s %14s", "linux-" v, "native: cycles", "instructions"
                for (p = 2; p <= n; p++) printf "%30s", platform[p]
                print ""
                for (k = 1; k <= operations[v]; k++) {
                        o = operation[v, k]
                        printf "%-10s %14.0f %14.0f", o, count[v, o, "bare", "modelled cycles"], count[v, o, "bare", "instructions"]
                        for (p = 2; p <= n; p++) printf "%30s", cell(v, o, platform[p])
                        print ""
                }
        }
}' "$counted" >"$results/extended.txt"
sed 's/^/# /' "$results/extended.txt"

# --- the plots ---------------------------------------------------------------------
# One group of bars per operation: the thesis beside us.
plot() {
        awk -F '\t' -v version="$1" -v platforms="$platforms" '
        BEGIN {
                n = split(platforms, platform, " ")
                split("original|stage 1|stage 2", system_of, "|")
                most = split("getpid fork exec pipe fault mmap tcp compute build gcc", order, " ")
        }
        FNR == 1 { file++ }
        file == 1 { if ($1 ~ /^5/) thesis[$3, $4] = $7; next }
        $1 == version && $4 == "modelled cycles" { cycles[$3, $2] = $5 }
        function number(a, b) { return a != "" && b > 0 ? sprintf("%.3f", a / b) : "-" }
        END {
                for (o = 1; o <= most; o++) {
                        if (!((order[o], "bare") in cycles)) continue
                        line = order[o]
                        for (p = 2; p <= n; p++)
                                line = line "\t" (((order[o], system_of[p - 1]) in thesis) ? thesis[order[o], system_of[p - 1]] : "-")
                        for (p = 2; p <= n; p++) line = line "\t" number(cycles[order[o], platform[p]], cycles[order[o], "bare"])
                        print line
                }
        }' "$share/thesis.tsv" "$counted" >"$work/bars"
        [ -s "$work/bars" ] || return 0
        # A platform that is not there has no bars: gnuplot says so.
        gnuplot 2>"$work/gnuplot" <<END || cat "$work/gnuplot" >&2
set terminal svg size 960,480 font 'sans,12' background 'white'
set output '$results/times-$1.svg'
set title 'Linux $1: modelled cycles, times native; thesis: time or cycles, times native'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set datafile missing '-'
set ylabel 'times native'
set yrange [0:*]
set grid ytics
set key top right
plot '$work/bars' using 2:xtic(1) title 'thesis, original' linecolor rgb '#cccccc', \
        '' using 3 title 'thesis, stage 1' linecolor rgb '#999999', \
        '' using 4 title 'thesis, stage 2' linecolor rgb '#666666', \
        '' using 5 title 'baseline' linecolor rgb '#aaccee', \
        '' using 6 title 'split (stage 1)' linecolor rgb '#4488cc', \
        '' using 7 title 'co-located (stage 2)' linecolor rgb '#114477'
END
}
if command -v gnuplot >/dev/null; then
        for version in $versions; do plot "$version"; done
else
        echo '# no plots: install the Debian package gnuplot-nox'
fi
[ -n "$measured" ] || { say "$build: no kernel in it: make linux-6.1 there, or name another folder"; exit 1; }
