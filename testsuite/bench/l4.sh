#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-l4 BUILD [RESULTS]: what the L4 kernels' IPC and fault messages cost.
#
# Prints figures, NAME, a tab, VALUE, and the IPC table in lines that begin with
# "#".  Into the folder RESULTS (./bench-l4) go
#   ipc.tsv     kernel, mode, words, item, instructions, modelled cycles, one way
#   costs.tsv   kernel, measurement, part, instructions, events, modelled cycles, a round
#   ipc.txt     the table
#   *.svg       plots after figures 5.1 to 5.4 of the thesis, if gnuplot is there
# Modelled cycles are instructions and what they do, weighed as the manual says
# (afterburn-bench(1)); they are counted at 4 words and taken for all sizes.
set -eu
case ${1-} in
'' | -*) echo 'bench-l4: usage: bench-l4 BUILD [RESULTS], as afterburn bench calls it' >&2; exit 2 ;;
esac
here=$(dirname "$(readlink -f "$0")")
cost=${here%/libexec/afterburner}/share/afterburner/cost.awk
results=${2:-bench-l4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "bench-l4: $1" >&2; exit 1; }
mkdir -p "$results" || die "$results: cannot be made: name another folder"
command -v nm >/dev/null || die "nm: not found: install the Debian package binutils"

# Baseline first; not kernel-debug, which adds nothing to what is measured of kernel-ctrlxfer.
kernels='baseline ctrlxfer pfstate preemptmsg zeroslice limits redirect tls extended smallspaces all'

# boot KERNEL PROGRAM: its lines into $work/console, its events into $work/events
boot() {
        "$here/afterburn-l4" run --count --timeout=200 --kernel="$1" --events="$work/events" "$2" \
                </dev/null 2>"$work/err" | tr -d '\r' >"$work/console" || :
        grep -qx '# done' "$work/console" ||
                { cat "$work/err" >&2; die "$2 did not finish on the $1 kernel"; }
}

# Sums of what happened, weighed by cost.awk.
cat >"$work/model.awk" <<'END'
BEGIN { columns = split(list, column, " ") }
FILENAME ~ /events$/ && /^[0-9]+\.[12]:/ {
        split($1, key, ":")
        sub(/^[^:]*:/, "", $1)
        if ($1 ~ /^entry:.*write_segments/) $1 = "descriptors"
        else if ($1 ~ /^entry:/) $1 = "entry"
        count[key[1], $1] += $2
}
function of(m, kind) { return count[m, kind] / rounds }
function weighed(m, kind) { return weight[kind] * of(m, kind) }
function switches(m) { return weighed(m, "sysenter") + weighed(m, "sysexit") + weighed(m, "cr3_load") }
function events(m,      written) {
        written = 2 * of(m, "descriptors") + of(m, "descriptor_table") + of(m, "wrmsr")
        written *= weight["descriptor_table"]
        return weighed(m, "entry") + weighed(m, "iret_to_user") + weighed(m, "segment_load") + written
}
END

cat >"$work/ipc.awk" <<'END'
FILENAME ~ /events$/ { next }
$1 == "# rounds" { rounds = 2 * $2 }
NF == 4 && $1 ~ /^[a-z]+$/ && $1 != "mode" {
        if ($1 SUBSEP $3 != last) { n++; last = $1 SUBSEP $3 }
        m = n ".1"
        printf "%s\t%s\t%d\t%d\t%d\t%.0f\n", kernel, $1, $2, $3, $4, $4 + switches(m) + events(m)
}
END
cat >"$work/costs.awk" <<'END'
FILENAME ~ /events$/ { next }
NF == 3 && $1 ~ /^[a-z0-9-]+$/ {
        n++
        rounds = $2
        for (part = 1; part <= 2; part++) {
                m = n "." part
                if (!((m, "instructions") in count)) continue
                i = of(m, "instructions")
                printf "%s\t%s\t%d\t%.1f", kernel, $1, part, i
                for (c = 1; c <= columns; c++) printf "\t%.2f", of(m, column[c])
                printf "\t%.0f\t%.0f\n", i + switches(m) + events(m), i + 2 * switches(m) + events(m)
        }
}
END

printf 'kernel\tmode\twords\titem\tinstructions\tcycles\n' >"$results/ipc.tsv"
columns='entry iret sysenter sysexit cr3_load segment_load descriptors descriptor_table wrmsr'
{
        printf 'kernel\tmeasurement\tpart\tinstructions'
        for column in $columns; do printf '\t%s' "$column"; done
        printf '\tcycles\tcycles_doubled\n'
} >"$results/costs.tsv"
for kernel in $kernels; do
        boot "$kernel" pingpong
        awk -v kernel="$kernel" -f "$cost" -f "$work/model.awk" -f "$work/ipc.awk" \
                "$work/events" "$work/console" >>"$results/ipc.tsv"
        boot "$kernel" l4-costs
        awk -v kernel="$kernel" -v list="$columns" -f "$cost" -f "$work/model.awk" \
                -f "$work/costs.awk" "$work/events" "$work/console" >>"$results/costs.tsv"
done

# --- the table ------------------------------------------------------------------
awk -F '\t' '
BEGIN {
        n = split("0 4 8 16 32 63", size, " ")
        split("inter intra lipc small mixed", order, " ")
        name["inter"] = "between spaces, by Ipc"
        name["intra"] = "inside a space, by Ipc"
        name["lipc"] = "inside a space, by Lipc"
        name["small"] = "between two small spaces"
        name["mixed"] = "between a large and a small space"
}
NR > 1 && !$4 {
        if (!($1 in seen)) { seen[$1]; kernel[++kernels] = $1 }
        instructions[$2, $1, $3] = $5
        cycles[$2, $1, $3] = $6
}
function cell(m, k, w) { return instructions[m, k, w] " (" cycles[m, k, w] ")" }
END {
        print "IPC, one way: instructions (modelled cycles)"
        for (o = 1; o <= 5; o++) {
                m = order[o]
                printf "\n%-34s", name[m]
                for (i = 1; i <= n; i++) printf "%12s", size[i] (i == n ? " words" : "")
                print ""
                for (k = 1; k <= kernels; k++) {
                        if (!((m, kernel[k], 0) in instructions)) continue
                        row = ""
                        for (i = 1; i <= n; i++) row = row sprintf("%12s", cell(m, kernel[k], size[i]))
                        if (row in alike) { alike[row]++; continue }
                        alike[row] = 0
                        line[++lines] = row
                        first[lines] = kernel[k]
                }
                for (l = 1; l <= lines; l++) {
                        more = alike[line[l]]
                        printf "  %-32s%s\n", first[l] (more ? ", " more " more alike" : ""), line[l]
                        delete alike[line[l]]
                }
                lines = 0
        }
}' "$results/ipc.tsv" >"$results/ipc.txt"
sed 's/^/# /' "$results/ipc.txt"

# --- the plots ---------------------------------------------------------------------
# plot FILE TITLE CURVES: curves as "KERNEL/MODE ..."; equal ones lie on one another,
# so each is thinner than the one before.
plot() {
        file=$1 title=$2 width=9 what=''
        shift 2
        for curve; do
                awk -F '\t' -v kernel="${curve%/*}" -v mode="${curve#*/}" \
                        '$1 == kernel && $2 == mode && !$4 { print $3 "\t" $6 }' \
                        "$results/ipc.tsv" >"$work/${curve%/*}-${curve#*/}.dat"
                what="$what${what:+, }'$work/${curve%/*}-${curve#*/}.dat' with lines linewidth $width title '${curve%/*}, ${curve#*/}'"
                width=$((width > 2 ? width - 1 : 1))
        done
        gnuplot <<END
set terminal svg size 720,480 font 'sans,12' background 'white'
set output '$results/$file'
set title '$title'
set xlabel 'untyped words'
set ylabel 'modelled cycles, one way'
set xrange [0:63]
set yrange [0:*]
set key bottom right
plot $what
END
}
if command -v gnuplot >/dev/null; then
        plot ipc-inter.svg 'IPC between spaces, small spaces not compiled in (thesis 5.1)' \
                baseline/inter ctrlxfer/inter pfstate/inter preemptmsg/inter zeroslice/inter \
                limits/inter redirect/inter tls/inter extended/inter
        plot ipc-inter-small.svg 'IPC between spaces, small spaces compiled in (thesis 5.2)' \
                smallspaces/inter all/inter
        plot ipc-intra-small.svg 'IPC inside a space, small spaces compiled in (thesis 5.3)' \
                smallspaces/intra all/intra
        plot ipc-small.svg 'IPC between small spaces (thesis 5.4)' \
                all/inter smallspaces/mixed all/mixed smallspaces/small all/small
else
        echo "# no plots: install the Debian package gnuplot-nox"
fi

# --- the figures ---------------------------------------------------------------------
while read -r mode words name; do
        awk -F '\t' -v mode="$mode" -v words="$words" -v name="$name" \
                '$1 == "baseline" && $2 == mode && $3 == words && !$4 { print name ", instructions\t" $5 }' \
                "$results/ipc.tsv"
done <<'END'
inter 0 IPC between spaces, 0 words
inter 4 IPC between spaces, 4 words
inter 63 IPC between spaces, 63 words
intra 0 IPC inside a space, 0 words
intra 63 IPC inside a space, 63 words
END
awk -F '\t' '
$4 || ($2 != "inter" && $2 != "intra") { next }
$1 == "baseline" { base[$2, $3] = $5 }
$1 == "extended" && $5 - base[$2, $3] > most { most = $5 - base[$2, $3] }
END { print "extensions compiled in and idle, more instructions\t" most + 0 }' "$results/ipc.tsv"
awk -F '\t' '
{ i[$1, $2, $3] = $4; cycles[$1, $2, $3] = $(NF - 1); doubled[$1, $2, $3] = $NF }
function over(c, b) { return 100 * (c / b - 1) }
function ratio(a, b) { return i["extended", a, 1] / i["extended", b, 1] }
function line(name, value) { printf "%s\t%.*f\n", name, value < 10 ? 2 : 0, value }
END {
        if (("extended", "ipc-limited", 1) in i) {
                line("extensions active, modelled cycles over baseline, percent",
                     over(cycles["extended", "ipc-limited", 1], cycles["baseline", "ipc", 1]))
                line("the same with sysenter, sysexit, CR3 weights doubled, percent",
                     over(doubled["extended", "ipc-limited", 1], doubled["baseline", "ipc", 1]))
                line("limited receiver instead, resumed by iret, percent",
                     over(cycles["extended", "ipc-limited", 2], cycles["baseline", "ipc", 2]))
        }
        line("exception round trip over a 12-word IPC round trip", ratio("exception", "ipc-12-words"))
        worst = 0
        for (k in i) {
                split(k, part, SUBSEP)
                if (part[1] != "extended" || part[2] !~ /-state$/) continue
                plain = substr(part[2], 1, length(part[2]) - 6)
                if (ratio(part[2], plain) > worst) worst = ratio(part[2], plain)
        }
        if (worst) line("fault message with register state over without", worst)
        line("page fault round trip with a mapping, instructions", i["extended", "fault-map", 1])
}' "$results/costs.tsv"
