# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What operations of a Linux cost on a platform, counted: the common part of the suites
# that compare platforms.  Read by bench-baseline and bench-extended, which have checked
# their arguments:
#
#       suite=NAME build=FOLDER; . guests.sh
#
# A platform is bare, l4, l4x-split, l4x-colocated, or l4x-colocated-without-PART (afterburn run
# --without); without master that is on kernel-all, and l4x-colocated-all is the whole on the
# same.  All that is counted is a row of $counted: linux, platform, operation, what, per
# operation; "modelled cycles" is one of the things counted, and so are the same with the two
# assumed weights doubled, and the threads of L4 the guest had at the end of the run.
# shellcheck disable=SC2154

here=$(dirname "$(readlink -f "$0")")
root=${here%/libexec/afterburner}
share=$root/share/afterburner
mini=$share/rootfs-mini.cpio.gz
full=$share/rootfs.cpio.gz
glibc=$share/rootfs-glibc.cpio.gz
plugin=$root/lib/afterburner/qemu/counts.so
all=$root/lib/afterburner/l4/kernel-all
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
counted=$work/counted
printf 'linux\ton\toperation\tcounted\tper_operation\n' >"$counted"

figure() { printf '%s\t%s\n' "$1" "$2"; }
say() { echo "bench $suite: $*" >&2; }

# on PLATFORM ARGUMENT...: afterburn run there
on() {
        case $1 in
        l4x-colocated-all) hypervisor=l4x layout="--layout=colocated --l4-kernel=$all" ;;
        l4x-colocated-without-master)
                hypervisor=l4x layout="--layout=colocated --l4-kernel=$all --without=master"
                ;;
        l4x-*-without-*)
                hypervisor=l4x layout=${1#l4x-}
                layout="--layout=${layout%%-without-*} --without=${1##*-without-}"
                ;;
        l4x-*) layout=--layout=${1#l4x-} hypervisor=l4x ;;
        *) layout='' hypervisor=$1 ;;
        esac
        shift
        # shellcheck disable=SC2086 # words or none
        "$here/afterburn-run" --hypervisor="$hypervisor" $layout "$@"
}

# machine PLATFORM KERNEL: the emulator's command line; fails where the platform is not there
machine() {
        on "$1" --dry-run --initrd="$mini" --memory=128M "$2" -- /bin/say 2>"$work/err"
}

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

# l4_ways_in PLATFORM KERNEL: the same of the L4 that this platform boots.  Functions worth a number of their own are count_NAME, the wedge's too:
# its addresses are no one else's.
l4_ways_in() {
        machine "$1" "$2" | sed 's,[ ,],\n,g' | grep -E '/(kernel-[a-z]+|wedge-[a-z0-9-]+)$' >"$work/files"
        case $1 in
        l4x-colocated-all|l4x-colocated-without-master) l4_kernel=$all ;;
        *) l4_kernel=$(grep '/kernel-' "$work/files" | head -n 1) ;; # the first module of its loader
        esac
        nm "$l4_kernel" | awk '
                $2 ~ /[tT]/ && $3 ~ /^(exception_[0-9]+|irq_[0-9]+|int_[a-z0-9]+_entry|exception_fast_[a-z0-9_]+)$/ {
                        print $1, $3
                }
                $2 ~ /[tT]/ && $3 ~ /^sys_(unmap|exchange_registers|thread_control|space_control|schedule|thread_switch)$/ {
                        print $1, "count_" $3
                }
                $2 ~ /[tT]/ && $3 ~ /^((fast_)?write_segments|fast_exchange_registers_move)$/ { print $1, "count_" $3 }'
        nm "$(grep '/wedge-' "$work/files" | head -n 1)" |
                awk '$2 ~ /[tT]/ && $3 ~ /^(count_bits_only|l4vm_request|mmu_fill)$/ {
                        sub(/^count_/, "", $3); print $1, "count_" $3 }'
}

# run PLATFORM KERNEL RESULT INITRD MEMORY COMMAND...: count it
run() {
        platform=$1 kernel=$2 result=$3 initrd=$4 memory=$5
        shift 5
        case $platform in
        bare) user=0x80000000; ways_in "$kernel" >"$work/entries" ;;
        *) user=0xc0000000; l4_ways_in "$platform" "$kernel" >"$work/entries" ;;
        esac
        [ -s "$work/entries" ] || { say "$kernel: no symbols: events cannot be counted"; return 1; }
        run_counted "$platform" "$user" "$kernel" "$result" "$initrd" "$memory" "$@"
}

# run_counted PLATFORM USER KERNEL RESULT INITRD MEMORY COMMAND...: the same, with $work/entries
# as they are; what is in the file $typed is typed
run_counted() {
        platform=$1 user=$2 kernel=$3 result=$4 initrd=$5 memory=$6
        shift 6
        on "$platform" --quiet --icount --timeout=900 --memory="$memory" \
                --append=norandmaps --initrd="$initrd" --emulator-option=-plugin \
                --emulator-option="$plugin,out=$result,user=$user,entries=$work/entries" "$kernel" -- "$@" \
                >"$work/out" 2>"$work/err" <"${typed:-/dev/null}" ||
                { say "$platform: $kernel: $*: $(tail -n 1 "$work/err")"; return 1; }
}

# What happened per operation, cycles first.
rows() {
        names=$(awk 'NF == 5 && $2 ~ /^[0-9]+$/ { print $1 }' "$work/out")
        rounds=$(awk 'NF == 5 && $2 ~ /^[0-9]+$/ { print $2 }' "$work/out")
        for factor in 1 2; do
                awk -f "$share/cost.awk" -v names="$names" -v rounds="$rounds" -v factor=$factor "$work/counts" |
                        awk -v on="$1" -v doubled="$([ $factor = 1 ] || echo ', doubled')" '{
                                print on $1 "\tmodelled cycles" doubled "\t" $2 }'
        done
        awk -F '\t' -v names="$names" -v rounds="$rounds" -v on="$1" '
                BEGIN { split(names, name, "[ \n]+"); split(rounds, round, "[ \n]+") }
                $1 ~ /^[0-9]+\.1:/ {
                        what = $1; sub(/^[^:]*:/, "", what)
                        printf "%s%s\t%s\t%.3f\n", on, name[int($1)], what, $2 / round[int($1)]
                }' "$work/counts"
}

# A kernel that is left more often than it is entered has a way in that has no known name.
doubt() {
        awk -F '\t' '$1 ~ /^[0-9]+\.1:/ {
                        m = int($1); what = $1; sub(/^[^:]*:/, "", what)
                        if (what ~ /^entry:/ && what !~ /^entry:count_/ || what == "sysenter") entered[m] += $2
                        if (what == "iret_to_user" || what == "sysexit") left[m] += $2
                }
                END { for (m in left) if (left[m] > 1.02 * entered[m] + 10) exit 1 }' "$work/counts" ||
                say "$1: more ways out of the kernel than in were counted: its cycles are too few"
}

# count PLATFORM VERSION [SET...]: the sets of operations there (all build); a set whose root
# file system is not there is left out
count() {
        platform=$1 version=$2
        shift 2
        [ $# -gt 0 ] || set -- all build
        for operation; do
                # Debian's programs need a Linux of 3.2, and segments that baseline L4 cannot give.
                case $operation:$version:$platform in gcc:2.*|gcc:*:l4) continue ;; esac
                memory=128M
                case $operation in
                build) initrd=$full ;;
                gcc) initrd=$glibc memory=256M ;;
                *) initrd=$mini ;;
                esac
                [ -f "$initrd" ] || { say "$initrd: not found: run make, and afterburn rootfs"; continue; }
                say "linux-$version on $platform: $operation"
                run "$platform" "$build/linux-$version/vmlinux" "$work/counts" "$initrd" $memory /bin/bench "$operation" ||
                        return 1
                rows "$version	$platform	" >>"$counted"
                sed -n "s/.*, \\([0-9]*\\) threads$/$version	$platform	$operation	threads	\\1/p" "$work/err" >>"$counted"
                doubt "linux-$version on $platform, $operation"
        done
}

# typing OUT: an empty line, twenty times, and the end, for cat, once a guest has said "ready" in OUT,
# however long that takes: who calls ends it with the run, or takes the pipe away
typing() {
        until grep -q ready "$1" 2>/dev/null || [ ! -p "$work/typed" ]; do sleep 0.1; done
        for _ in $(seq 20); do
                sleep 0.1
                echo
        done
        sleep 0.1
        printf '\004'
}

# count_console PLATFORM VERSION: what a line that is typed costs from its interrupt until the wedge
# sees the event, where the guest waits for it: the commonest of twenty, as a clock may tick meanwhile
count_console() {
        platform=$1 version=$2 kernel=$build/linux-$2/vmlinux
        [ -f "$full" ] || { say "$full: not found: run make"; return 1; }
        say "linux-$version on $platform: console"
        l4_ways_in "$platform" "$kernel" | sed 's/ irq_4$/ mark_begin/' >"$work/entries"
        nm "$(grep '/wedge-' "$work/files" | head -n 1)" |
                awk '$3 == "backend_events" { print $1, "mark_end" }' >>"$work/entries"
        rm -f "$work/out" "$work/typed"
        mkfifo "$work/typed" || return 1
        typing "$work/out" >"$work/typed" &
        typed=$work/typed
        run_counted "$platform" 0xdf000000 "$kernel" "$work/counts" "$full" 128M \
                /bin/sh -c 'echo ready; cat' || { kill $! 2>/dev/null; typed=''; return 1; }
        typed=''
        wait
        numbers=$(seq 32 | tr '\n' ' ') ones=$(seq 32 | sed 's/.*/1/' | tr '\n' ' ')
        for factor in 1 2; do
                awk -f "$share/cost.awk" -v names="$numbers" -v rounds="$ones" -v factor=$factor "$work/counts" >"$work/lines"
                [ $factor = 2 ] || line=$(awk '{ n[$2]++; if (!($2 in first)) first[$2] = $1 }
                        END { for (c in n) if (n[c] > n[most] || n[c] == n[most] && c + 0 < most + 0) most = c; print first[most] }' "$work/lines")
                awk -v n="$line" -v on="$version	$platform	console	" -v doubled="$([ $factor = 1 ] || echo ', doubled')" \
                        '$1 == n { print on "modelled cycles" doubled "\t" $2 }' "$work/lines" >>"$counted"
        done
        awk -F '\t' -v n="$line" -v on="$version	$platform	console	" '
                index($1, n ".1:") == 1 { what = $1; sub(/^[^:]*:/, "", what); print on what "\t" $2 }' "$work/counts" >>"$counted"
}

# value VERSION PLATFORM OPERATION WHAT: a row's number, or nothing
value() {
        awk -F '\t' -v v="$1" -v p="$2" -v o="$3" -v w="$4" \
                '$1 == v && $2 == p && $3 == o && $4 == w { print $5; exit }' "$counted"
}

# over A B [DIGITS]: A / B, where both were counted
over() {
        [ -z "$1" ] || [ -z "$2" ] || echo "$1 $2" | awk -v d="${3-3}" '$2 > 0 { printf "%.*f\n", d, $1 / $2 }'
}

# times_native VERSION PLATFORM OPERATION [WHAT]: modelled cycles over those of the bare machine
times_native() {
        over "$(value "$1" "$2" "$3" "${4-modelled cycles}")" "$(value "$1" bare "$3" "${4-modelled cycles}")"
}

seconds() { date +%s.%N; }

# boot PLATFORM KERNEL MEMORY: seconds until a command of the root file system has ended,
# the least of three
boot() {
        for _ in 1 2 3; do
                begun=$(seconds)
                on "$1" --quiet --timeout=300 --memory="$3" --initrd="$mini" "$2" -- /bin/say \
                        >/dev/null 2>"$work/err" </dev/null || { say "$(tail -n 1 "$work/err")"; return 1; }
                echo "$(seconds) $begun"
        done | awk '{ s = $1 - $2; if (!n++ || s < least) least = s } END { if (n == 3) print least }'
}
