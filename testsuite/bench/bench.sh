#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# afterburn bench: measure one suite and hold it against the figures promised.
#
# A suite SUITE is the program bench-SUITE beside this one; it prints one line
# per measured figure: NAME, a tab, VALUE.  What it does not print was not
# measured.  Figures, with what they must and should be, are in figures.tsv.
set -eu

die() { echo "afterburn bench: $1" >&2; exit "${2-1}"; }

usage() {
        cat <<'END'
Usage: afterburn bench SUITE [--check] [--build=FOLDER] [--output=FILE] [--results=FOLDER]
Measures SUITE (toolchain, l4, baseline, extended) and prints each figure beside
what it must be.
  --check          exit 1 if a figure falls short, 3 if one was not measured
  --build=FOLDER   where linux-6.1, linux-6.1-plain, ... are (.)
  --output=FILE    also write the table to FILE: JSON if it ends so, else TSV
  --results=FOLDER where a suite that has more to show leaves it (l4: ./bench-l4,
                   extended: ./bench-extended, baseline: that of --build)
  --help, --version
Exit status: 0 measured (and all hold), 1 an error or a figure falls short,
2 usage, 3 something was not measured.
END
}

here=$(dirname "$(readlink -f "$0")")
root=${here%/libexec/afterburner}
figures=$root/share/afterburner/figures.tsv
suite='' check='' build=. output='' results=''
for word; do
        case $word in
        --help) usage; exit 0 ;;
        --version) exec "$root/bin/afterburn" --version ;;
        --check) check=1 ;;
        --build=?*) build=${word#*=} ;;
        --output=?*) output=${word#*=} ;;
        --results=?*) results=${word#*=} ;;
        --build | --output | --results | --build= | --output= | --results=) die "$word: needs a value: ${word%=}=..., or try --help" 2 ;;
        -*) die "$word: no such option: try --help" 2 ;;
        *) [ -z "$suite" ] || die "$word: unexpected: one suite at a time" 2; suite=$word ;;
        esac
done
[ -n "$suite" ] || die 'no suite: name one, such as toolchain, or try --help' 2
[ -f "$figures" ] || die "$figures: not found: run make, or make install, again"
grep -q "^$suite	" "$figures" || die "$suite: no such suite: try toolchain, l4, baseline or extended" 2
[ -d "$build" ] || die "$build: not a folder: give the one that holds linux-6.1 with --build"
# Not after an hour of measuring.
writable() {
        if [ -e "$1" ]; then [ -w "$1" ] && [ ! -d "$1" ]; else [ -w "$(dirname "$1")" ]; fi
}
[ -z "$output" ] || writable "$output" || die "$output: cannot be written: give another file"
[ -x "$here/bench-$suite" ] || die "$suite: not part of this build: nothing can be measured" 3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/bench-$suite" "$(readlink -f "$build")" ${results:+"$results"} >"$work/values" || die "$suite: the measurement failed"
# What a suite says besides figures is for the reader.
sed -n 's/^# \{0,1\}//p' "$work/values"

status=0
awk -F '\t' -v suite="$suite" '
function holds(value, rule) {
        if (rule == "report") return 1
        if (rule ~ /^<=/) return value + 0 <= substr(rule, 3) + 0
        if (rule ~ /^>=/) return value + 0 >= substr(rule, 3) + 0
        return value + 0 == substr(rule, 2) + 0
}
FILENAME == ARGV[1] { value[$1] = $2; next }
/^#/ || $1 != suite { next }
{
        if (!($2 in value)) { verdict = "not measured"; missing++; v = "-" }
        else if (!holds(value[$2], $3)) { verdict = "falls short"; short++; v = value[$2] }
        else { verdict = holds(value[$2], $4) && $4 != "report" ? "holds, aim met" : "holds"; v = value[$2] }
        if ($3 == "report" && $2 in value) verdict = "reported"
        print $2 "\t" $3 "\t" $4 "\t" v "\t" verdict
}
END { exit short ? 1 : missing ? 3 : 0 }
' "$work/values" "$figures" >"$work/table" || status=$?

awk -F '\t' 'BEGIN { f = "%-60s %8s %8s %10s  %s\n"; printf f, "figure", "must", "aim", "measured", "" }
        { printf f, $1, $2, $3, $4, $5 }' "$work/table"

case $output in
'') ;;
*.json)
        awk -F '\t' -v suite="$suite" '
        BEGIN { printf "{\"suite\":\"%s\",\"figures\":[", suite }
        { printf "%s\n{\"name\":\"%s\",\"must\":\"%s\",\"aim\":\"%s\",\"measured\":%s,\"verdict\":\"%s\"}",
                (NR == 1 ? "" : ","), $1, $2, $3, ($4 == "-" ? "null" : $4), $5 }
        END { print "\n]}" }' "$work/table" >"$work/json"
        cp "$work/json" "$output" || die "$output: cannot be written"
        ;;
*)
        { printf 'name\tmust\taim\tmeasured\tverdict\n'; cat "$work/table"; } >"$work/tsv"
        cp "$work/tsv" "$output" || die "$output: cannot be written"
        ;;
esac
[ -z "$check" ] || exit $status
