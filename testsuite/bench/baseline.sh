#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-baseline FOLDER [RESULTS]: what operations of FOLDER/linux-VERSION cost as a guest of
# baseline L4, relative to the same image on the bare machine, in modelled cycles (cost.awk).
# Prints NAME, tab, VALUE for each figure it could measure; see `afterburn bench'.  All that
# was counted goes to bench-baseline.tsv in RESULTS (FOLDER).
set -u

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -d "$1" ]; then
        echo 'bench-baseline: usage: bench-baseline FOLDER [RESULTS], as afterburn bench calls it' >&2
        exit 2
fi
suite=baseline build=$1 results=${2:-$1}
# shellcheck source=testsuite/bench/guests.sh
. "$(dirname "$(readlink -f "$0")")/bench-guests"

# binding KERNEL SITES: million instructions that the machine executes while the wedge binds 1,000 of them
binding() {
        nm "$share/wedge-l4" | awk '$3 == "ab_load_bind" { print $1, "mark_begin" }
                $3 == "ab_load_patch" { print $1, "mark_end" }' >"$work/entries"
        [ "$(wc -l <"$work/entries")" = 2 ] || { say 'the wedge has no symbols'; return 1; }
        run_counted l4 0xc0000000 "$1" "$work/counts" "$mini" 128M /bin/say || return 1
        awk -F '\t' -v sites="$2" '$1 == "1.1:instructions" && sites { printf "%.3f\n", $2 / sites / 1000; found = 1 }
                END { exit !found }' "$work/counts"
}

# ratios VERSION SUFFIX: the figures of both platforms' cycles
ratios() {
        while IFS='=' read -r operation name; do
                ratio=$(times_native "$1" l4 "$operation")
                [ -z "$ratio" ] || figure "$name, times native$2" "$ratio"
        done <<'END'
getpid=getpid
fork=fork+exit+wait
exec=fork+exec
pipe=pipe round trip
fault=page fault
mmap=mmap
build=compiler load
compute=CPU-bound
END
}

mkdir -p "$results" || { say "$results: cannot be made"; exit 1; }
for version in 6.1 2.6.9; do
        kernel=$build/linux-$version/vmlinux
        [ -f "$kernel" ] || continue
        suffix=
        [ "$version" = 6.1 ] || suffix=", $version"
        if count bare "$version" && count l4 "$version"; then
                ratios "$version" "$suffix"
        fi
        [ "$version" = 6.1 ] || continue
        say 'boot to a shell'
        ratio=$(over "$(boot l4 "$kernel" 64M)" "$(boot bare "$kernel" 64M)" 2)
        [ -z "$ratio" ] || figure 'boot to a shell, wall time, times native' "$ratio"
        sites=$("$here/afterburn-report" --format=json "$kernel" | sed -n 's/.*"sites": *\([0-9]*\).*/\1/p' | head -n 1)
        say 'binding when the kernel is loaded'
        if millions=$(binding "$kernel" "${sites:-0}"); then
                figure 'binding 1000 sites, million guest instructions' "$millions"
        fi
        say 'binding ahead of time'
        for _ in 1 2 3 4 5; do
                begun=$(seconds)
                "$here/afterburn-link" --hypervisor=l4 "$kernel" -o "$work/bound" >"$work/err" 2>&1 || continue
                echo "$(seconds) $begun ${sites:-0}"
        done | awk '$3 { ms = ($1 - $2) * 1e6 / $3; if (!n++ || ms < least) least = ms }
                END { if (n) printf "binding 1000 sites on the host, milliseconds\t%.2f\n", least }'
done
cp "$counted" "$results/bench-baseline.tsv" || say "$results/bench-baseline.tsv: cannot be written"
