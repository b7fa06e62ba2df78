#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-l4: what an IPC costs one way, in instructions, on the baseline kernel;
# and how many more it costs on the extended kernel while nobody uses an
# extension.  Prints NAME, a tab, VALUE.
set -eu
case ${1-} in
-*) echo 'bench-l4: usage: bench-l4 [FOLDER], as afterburn bench calls it' >&2; exit 2 ;;
esac
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count KERNEL: lines "PLACE WORDS INSTRUCTIONS", without control transfer items
count() {
        "$here/afterburn-l4" run --count --timeout=200 "--$1" pingpong </dev/null 2>"$work/err" |
                tr -d '\r' | awk -F '\t' '
                        /^# done/ { done = 1 }
                        ($1 == "inter" || $1 == "intra") && $3 == 0 { print $1, $2, $4 }
                        END { exit !done }' ||
                { cat "$work/err" >&2; echo "bench-l4: pingpong did not finish on the $1 kernel" >&2; exit 1; }
}

count baseline >"$work/baseline"
count extended >"$work/extended"

while read -r place words name; do
        awk -v place="$place" -v words="$words" -v name="$name" \
                '$1 == place && $2 == words { print name ", instructions\t" $3 }' "$work/baseline"
done <<'END'
inter 0 IPC between spaces, 0 words
inter 4 IPC between spaces, 4 words
inter 63 IPC between spaces, 63 words
intra 0 IPC inside a space, 0 words
intra 63 IPC inside a space, 63 words
END
awk 'NR == FNR { base[$1, $2] = $3; next }
     ($1, $2) in base && $3 - base[$1, $2] > most { most = $3 - base[$1, $2] }
     END { print "extensions compiled in and idle, more instructions\t" most + 0 }' \
        "$work/baseline" "$work/extended"
