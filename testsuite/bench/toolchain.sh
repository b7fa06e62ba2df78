#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-toolchain FOLDER: what afterburning a kernel costs and how complete it
# is.  Prints NAME, tab, VALUE for each figure it could measure; see
# `afterburn bench'.
set -u

if [ $# != 1 ] || [ ! -d "$1" ]; then
        echo 'bench-toolchain: usage: bench-toolchain FOLDER, as afterburn bench calls it' >&2
        exit 2
fi

build=$1
here=$(dirname "$(readlink -f "$0")")
share=${here%/libexec/afterburner}/share/afterburner
mini=$share/rootfs-mini.cpio.gz
new=$build/linux-6.1/vmlinux
plain=$build/linux-6.1-plain/vmlinux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

figure() { printf '%s\t%s\n' "$1" "$2"; }
say() { echo "bench toolchain: $*" >&2; }

# number FILE KEY: a number of a JSON file, first occurrence
number() { sed -n "s/.*\"$2\": *\\([-0-9.]*\\).*/\\1/p" "$1" | head -n 1; }

# Processor seconds of all that has run so far: elsewhere load would count, too.
seconds() {
        times >"$work/times"
        awk 'END { split($1, user, /[ms]/); split($2, kernel, /[ms]/)
                print 60 * user[1] + user[2] + 60 * kernel[1] + kernel[2] }' "$work/times"
}

# --- completeness ------------------------------------------------------------
# audit TREE: unexplained encodings in build/TREE/vmlinux, result in $work/audit
audit() {
        [ -f "$build/$1/vmlinux" ] || return 1
        say "auditing $1"
        seconds >"$work/started"
        "$here/afterburn-audit" --format=json "$build/$1/vmlinux" >"$work/audit"
        [ $? -le 1 ] && [ -s "$work/audit" ] || return 1
        seconds >"$work/ended"
        audit_seconds=$(paste "$work/ended" "$work/started" | awk '{ printf "%.2f", $1 - $2 }')
        # Findings of every kind count: a site that is explained wrongly is not explained.
        unexplained=$(grep -o '"unexplained": *[0-9]*' "$work/audit" | awk -F: '{ print $2 + 0; exit }')
        if grep -q '"clean": *false' "$work/audit" && [ "$unexplained" = 0 ]; then
                unexplained=1
        fi
}

if audit linux-6.1; then
        figure 'unexplained encodings, 6.1' "$unexplained"
        figure 'audit of vmlinux, seconds' "$audit_seconds"
        exempted=$(grep -o '"exempted": *[0-9]*' "$work/audit" | awk -F: '{ print $2 + 0; exit }')
        figure 'exempted sites, 6.1' "${exempted:-0}"
fi
for version in 2.6.9 2.6.39; do
        if audit linux-$version; then figure "unexplained encodings, $version" "$unexplained"; fi
done

# The unpacked source beside the build, against the package's archive.
archive=/usr/src/linux-source-6.1.tar.xz
if [ -d "$build/linux-source-6.1" ] && [ -f $archive ]; then
        say 'comparing the tree with its archive'
        # The archive's own folder has no name once it is stripped: not a file.
        changed=$(tar -C "$build/linux-source-6.1" --strip-components=1 --compare -f $archive 2>&1 |
                grep -v '^tar: : ' | grep -Ec 'differ|No such file|Cannot stat')
        figure 'changed files in the guest tree' "$changed"
fi

# --- behaviour ---------------------------------------------------------------
# smoke TREE: failed tests; a run that does not finish counts as all of them
smoke() {
        [ -f "$build/$1/vmlinux" ] || return 1
        say "smoke suite on $1"
        "$here/afterburn-run" --quiet --timeout=200 --memory=128M --initrd="$mini" "$build/$1/vmlinux" \
                -- /bin/smoke >"$work/smoke" 2>"$work/closing" </dev/null
        planned=$(sed -n 's/^1\.\.//p' "$work/smoke")
        passed=$(grep -c '^ok ' "$work/smoke")
        failed=$((${planned:-100} - passed))
}

for version in 2.6.9 2.6.12 2.6.20 2.6.32 2.6.39 6.1; do
        if smoke linux-$version; then figure "failed smoke tests, $version" "$failed"; fi
done
for large in '6.1 i386_defconfig' '2.6.9 defconfig'; do
        tree=linux-$(echo "$large" | tr ' ' -)
        if audit "$tree" && smoke "$tree"; then
                figure "unexplained and failed, $large" $((unexplained + failed))
        fi
done

# --- cost --------------------------------------------------------------------
if [ -f "$new" ]; then
        set --
        [ ! -f "$plain" ] || set -- --plain="$plain"
        if "$here/afterburn-report" --format=json "$@" "$new" >"$work/report"; then
                growth=$(number "$work/report" text_growth_percent)
                [ -z "$growth" ] || figure 'text growth, percent' "$growth"
                sites=$(number "$work/report" c_sites)
                dead=$(number "$work/report" c_sites_flags_dead)
                [ "${sites:-0}" = 0 ] || figure 'C sites with dead flags known, percent' \
                        "$(echo "$dead $sites" | awk '{ printf "%.1f", 100 * $1 / $2 }')"
        fi
fi

# count KERNEL: medians of the guest's benchmark, "OPERATION INSTRUCTIONS"
count() {
        "$here/afterburn-run" --quiet --icount --timeout=200 --append=norandmaps --initrd="$mini" "$1" \
                -- /bin/bench all 2>/dev/null </dev/null | awk 'NF == 5 { print $1, $4 }'
}

if [ -f "$new" ] && [ -f "$plain" ]; then
        say 'counting instructions'
        count "$plain" >"$work/plain"
        count "$new" >"$work/new"
        while IFS='=' read -r operation name; do
                awk -v o="$operation" -v name="$name" '
                        $1 == o { v[++n] = $2 }
                        END { if (n == 2) printf "%s, instructions over plain, percent\t%.2f\n", name,
                                100 * (v[2] - v[1]) / v[1] }' "$work/plain" "$work/new"
        done <<'END'
getpid=getpid
pipe=pipe round trip
fork=fork+exit+wait
END
fi

if [ -f "$new" ]; then
        "$here/bench-build-cost" "$build"
fi

# The eleven ways Linux 6.1 writes page tables, each by a function it is inlined
# in: FUNCTION, and how many page-table sites that has if it was found.
primitives() {
        cat <<'END'
set_pte=do_set_pte 1
set_pmd=pmd_install 1
pte_clear=unmap_pte_range 1
early table, first store=mk_early_pgtbl_32 1
early table, second store=mk_early_pgtbl_32 2
early table, third store=mk_early_pgtbl_32 3
ptep_set_wrprotect=copy_page_range 4
ptep_test_and_clear_young=ptep_test_and_clear_young 1
clone_pgd_range=sync_initial_page_table 1
early_ioremap table cleared=early_ioremap_init 2
store in head_32.S=startup_32 1
END
}

if [ -f "$new" ] && "$here/afterburn-report" --format=json --sites "$new" >"$work/sites"; then
        tr -d '\n' <"$work/sites" | sed 's/},/},\n/g' |
                sed -n 's/.*"kind": *"\(page-table [a-z]*\|hook\)".*"function": *"\([^".]*\)[^"]*".*/\2/p' >"$work/tables"
        found=$(primitives | awk '
                NR == FNR { n[$1]++; next }
                { split($0, half, "="); split(half[2], want, " ") }
                n[want[1]] >= want[2] { found++ }
                END { print found + 0 }' "$work/tables" -)
        figure 'page-table primitives found, of 11' "$found"
fi

say 'timing padded instructions'
figure 'user-mode classes padded, time over unpadded, times noise' "$("$here/bench-padding")"
