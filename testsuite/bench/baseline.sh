#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench-baseline FOLDER: what operations of FOLDER/linux-VERSION cost as a guest of
# baseline L4, relative to the same image on the bare machine, in modelled cycles (cost.awk).
# Prints NAME, tab, VALUE for each figure it could measure; see `afterburn bench'.  All that
# was counted goes to FOLDER/bench-baseline.tsv.
set -u

if [ $# != 1 ] || [ ! -d "$1" ]; then
        echo 'bench-baseline: usage: bench-baseline FOLDER, as afterburn bench calls it' >&2
        exit 2
fi

build=$1
here=$(dirname "$(readlink -f "$0")")
root=${here%/libexec/afterburner}
share=$root/share/afterburner
mini=$share/rootfs-mini.cpio.gz
full=$share/rootfs.cpio.gz
plugin=$root/lib/afterburner/qemu/counts.so
l4_kernel=$root/lib/afterburner/l4/kernel-baseline
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

figure() { printf '%s\t%s\n' "$1" "$2"; }
say() { echo "bench baseline: $*" >&2; }

# ways_in KERNEL: address and name of the first instruction behind each gate of a Linux
ways_in() {
        nm "$1" | awk '$2 ~ /[tT]/ && ($3 ~ /^asm_(exc|sysvec)_/ || $3 ~ /^(asm_)?common_interrupt$/ ||
                $3 ~ /^(entry_INT80_32|system_call|divide_error|debug|nmi|int3|overflow|bounds|invalid_op)$/ ||
                $3 ~ /^(device_not_available|double_fault|coprocessor_segment_overrun|invalid_TSS)$/ ||
                $3 ~ /^(segment_not_present|stack_segment|general_protection|page_fault)$/ ||
                $3 ~ /^(coprocessor_error|alignment_check|machine_check|simd_coprocessor_error)$/) {
                        name[++n] = $3; at[n] = $1
                        if ($3 == "asm_common_interrupt") both = 1
                }
                # Where there is an asm_common_interrupt the other one is a function of C.
                END { for (i = 1; i <= n; i++) if (!both || name[i] != "common_interrupt") print at[i], name[i] }'
}

# ... and of L4; system calls worth a number of their own are count_NAME.
l4_ways_in() {
        nm "$l4_kernel" | awk '$2 ~ /[tT]/ && $3 ~ /^(exception_[0-9]+|irq_[0-9]+|int_syscall_entry|int_ipc_entry)$/ {
                        print $1, $3
                }
                $2 ~ /[tT]/ && $3 ~ /^sys_(unmap|exchange_registers|thread_control|space_control|schedule|thread_switch)$/ {
                        print $1, "count_" $3
                }'
}

# run HYPERVISOR KERNEL RESULT INITRD COMMAND...: count it
run() {
        hypervisor=$1 kernel=$2 result=$3 initrd=$4
        shift 4
        case $hypervisor in
        bare) user=0x80000000; ways_in "$kernel" >"$work/entries" ;;
        *) user=0xc0000000; l4_ways_in >"$work/entries" ;;
        esac
        [ -s "$work/entries" ] || { say "$kernel: no symbols: events cannot be counted"; return 1; }
        counted "$hypervisor" "$user" "$kernel" "$result" "$initrd" "$@"
}

# counted HYPERVISOR USER KERNEL RESULT INITRD COMMAND...: the same, with $work/entries as they are
counted() {
        hypervisor=$1 user=$2 kernel=$3 result=$4 initrd=$5
        shift 5
        "$here/afterburn-run" --hypervisor="$hypervisor" --quiet --icount --timeout=900 --memory=128M \
                --append=norandmaps --initrd="$initrd" --emulator-option=-plugin \
                --emulator-option="$plugin,out=$result,user=$user,entries=$work/entries" "$kernel" -- "$@" \
                >"$work/out" 2>"$work/err" </dev/null ||
                { say "$hypervisor: $kernel: $*: $(tail -n 1 "$work/err")"; return 1; }
}

# count HYPERVISOR VERSION: operations and the compiler's load, into $work/HYPERVISOR.cycles
count() {
        : >"$work/$1.cycles"
        for set in "all $mini" "build $full"; do
                operation=${set% *}
                [ -f "${set#* }" ] || { say "${set#* }: not found: run make, and afterburn rootfs"; continue; }
                say "linux-$2 on $1: $operation"
                run "$1" "$build/linux-$2/vmlinux" "$work/counts" "${set#* }" /bin/bench "$operation" ||
                        return 1
                names=$(awk 'NF == 5 && $2 ~ /^[0-9]+$/ { print $1 }' "$work/out")
                rounds=$(awk 'NF == 5 && $2 ~ /^[0-9]+$/ { print $2 }' "$work/out")
                for factor in 1 2; do
                        awk -f "$share/cost.awk" -v names="$names" -v rounds="$rounds" \
                                -v factor=$factor "$work/counts" | sed "s/^/$factor /" >>"$work/$1.cycles"
                done
                # What the hypervisor did, per operation.
                awk -F '\t' -v names="$names" -v rounds="$rounds" -v on="$2 $1" '
                        BEGIN { split(names, name, "[ \n]+"); split(rounds, round, "[ \n]+"); gsub(" ", "\t", on) }
                        $1 ~ /^[0-9]+\.1:/ {
                                what = $1; sub(/^[^:]*:/, "", what)
                                printf "%s\t%s\t%s\t%.3f\n", on, name[int($1)], what, $2 / round[int($1)]
                        }' "$work/counts" >>"$work/all"
        done
}

# binding KERNEL SITES: million instructions that the machine executes while the wedge binds 1,000 of them
binding() {
        nm "$share/wedge-l4" | awk '$3 == "ab_load_bind" { print $1, "mark_begin" }
                $3 == "ab_load_patch" { print $1, "mark_end" }' >"$work/entries"
        [ "$(wc -l <"$work/entries")" = 2 ] || { say 'the wedge has no symbols'; return 1; }
        counted l4 0xc0000000 "$1" "$work/counts" "$mini" /bin/say || return 1
        awk -F '\t' -v sites="$2" '$1 == "1.1:instructions" && sites { printf "%.3f\n", $2 / sites / 1000; found = 1 }
                END { exit !found }' "$work/counts"
}

# ratio VERSION SUFFIX: the figures of both platforms' cycles
ratios() {
        while IFS='=' read -r operation name; do
                awk -v o="$operation" -v name="$name" -v suffix="$1" '
                        $1 == 1 && $2 == o { v[++n] = $3 }
                        END { if (n == 2 && v[1] > 0) printf "%s, times native%s\t%.3f\n", name, suffix, v[2] / v[1] }' \
                        "$work/bare.cycles" "$work/l4.cycles"
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

seconds() { date +%s.%N; }

# boot HYPERVISOR KERNEL: seconds until a command of the root file system has ended
boot() {
        begun=$(seconds)
        "$here/afterburn-run" --hypervisor="$1" --quiet --timeout=300 --initrd="$mini" "$2" -- /bin/say \
                >/dev/null 2>"$work/err" </dev/null || { say "$(tail -n 1 "$work/err")"; return 1; }
        echo "$(seconds) $begun" | awk '{ print $1 - $2 }'
}

printf 'linux\ton\toperation\tcounted\tper_operation\n' >"$work/all"
for version in 6.1 2.6.9; do
        kernel=$build/linux-$version/vmlinux
        [ -f "$kernel" ] || continue
        suffix=
        [ $version = 6.1 ] || suffix=", $version"
        if count bare $version && count l4 $version; then
                ratios "$suffix"
        fi
        [ $version = 6.1 ] || continue
        say 'boot to a shell'
        if native=$(boot bare "$kernel") && virtual=$(boot l4 "$kernel"); then
                echo "$virtual $native" | awk '{ printf "boot to a shell, wall time, times native\t%.2f\n", $1 / $2 }'
        fi
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
cp "$work/all" "$build/bench-baseline.tsv" || say "$build/bench-baseline.tsv: cannot be written"
