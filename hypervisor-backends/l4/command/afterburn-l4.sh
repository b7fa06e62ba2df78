#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# afterburn l4 run: boot an L4 kernel, sigma0 and a root task under QEMU.
set -eu

me="afterburn l4"
usage='Usage: afterburn l4 run [OPTION]... PROGRAM [MODULE ...]
Boot an L4 X.2 kernel with sigma0 and PROGRAM as root task under QEMU.

  --baseline        our kernel of L4 X.2 as specified (the default)
  --extended        ... with the extensions for virtual machines
  --kernel=FILE     another kernel: a file, or one of ours by name: ctrlxfer, pfstate,
                    preemptmsg, zeroslice, limits, redirect, tls, debug, smallspaces, all
  --kickstart=FILE  boot through this multiboot loader
  --sigma0=FILE     another sigma0
  --memory=MB       memory of the machine (64)
  --cpu=MODEL       processor, the name QEMU has for it
  --timeout=SECONDS end the machine after this time (60)
  --count           the time-stamp counter counts instructions
  --steady          time passes with instructions, 16 ns each
  --log=FILE        write the console there too
  --blocks=FILE     write the code that the kernel runs to FILE, for line coverage
  --events=FILE     write to FILE how many instructions of each kind ran
  --dry-run         show the emulator command only
  --help, --version

PROGRAM is a file or one of ours by name, such as pingpong or l4-conformance.  A MODULE is
a file, a blank and a command line may follow it.
Exit status: that of the root task; 1 an error here, 2 usage, 124 time ran out.
Manual: afterburn-l4(1)'

die() {
	echo "$me: $1" >&2
	exit "${2:-1}"
}

# The installed tree and the build tree have the same shape.
here=$(cd "$(dirname "$0")" && pwd)
l4=$here/../../lib/afterburner/l4

case ${1-} in
run) shift ;;
--help | -h) echo "$usage"; exit 0 ;;
--version) exec "$here/../../bin/afterburn" --version ;;
'') die "nothing to do: afterburn l4 run PROGRAM, or see --help" 2 ;;
*) die "$1: unknown: see afterburn l4 --help" 2 ;;
esac

variant=baseline kernel='' kickstart='' sigma0=$l4/sigma0
memory=64 limit=60 count='' log='' blocks='' events='' dry=''
cpu=qemu32,+sse,+sse2,+fxsr
while [ $# -gt 0 ]; do
	case $1 in
	--baseline) variant=baseline ;;
	--extended) variant=extended ;;
	--kernel=*) kernel=${1#*=} ;;
	--kickstart=*) kickstart=${1#*=} ;;
	--sigma0=*) sigma0=${1#*=} ;;
	--memory=*) memory=${1#*=} ;;
	--timeout=*) limit=${1#*=} ;;
	--count) count=0 ;;
	--steady) count=4 ;;
	--log=*) log=${1#*=} ;;
	--blocks=*) blocks=${1#*=} ;;
	--events=*) events=${1#*=} ;;
	--cpu=*) cpu=${1#*=} ;;
	--dry-run) dry=yes ;;
	--help | -h) echo "$usage"; exit 0 ;;
	--version) exec "$here/../../bin/afterburn" --version ;;
	--) shift; break ;;
	-*) die "$1: unknown option: see afterburn l4 --help" 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || die "no program: name the root task to boot" 2
case $memory in '' | *[!0-9]*) die "--memory=$memory: not a number of megabytes" 2 ;; esac
case $limit in '' | *[!0-9]*) die "--timeout=$limit: not a number of seconds" 2 ;; esac

command_line=$1
program=${1%% *}
shift
# A bare name is one of the programs that come with the kernel.
case $program in
*/*) ;;
*) [ -f "$program" ] || program=$l4/$program ;;
esac
# So is a bare name of a kernel that is no file: limits is kernel-limits.
case $kernel in
'') kernel=$l4/kernel-$variant ;;
*/*) ;;
*) [ -f "$kernel" ] || [ ! -f "$l4/kernel-$kernel" ] || kernel=$l4/kernel-$kernel ;;
esac


[ -n "$kickstart" ] || kickstart=$l4/loader
case $command_line in *,*) die "$command_line: a comma in the program: rename the file" ;; esac
case $command_line in *' '*) modules="$kernel,$sigma0,$program ${command_line#* }" ;; *) modules=$kernel,$sigma0,$program ;; esac
for file in "$kernel" "$kickstart" "$sigma0" "$program"; do
	[ -r "$file" ] || die "$file: cannot be read: build it or name another file"
done
for module in "$@"; do
	file=${module%% *}
	[ -r "$file" ] || die "$file: cannot be read: name an existing module"
	case $module in *,*) die "$module: a comma in a module: rename the file" ;; esac
	modules=$modules,$module
done
command -v qemu-system-i386 >/dev/null 2>&1 ||
	die "qemu-system-i386: not found: install the Debian package qemu-system-x86"

set -- qemu-system-i386 -accel tcg -cpu "$cpu" -m "$memory" \
	-display none -serial stdio -monitor none -net none -no-reboot \
	-rtc base=2020-01-01,clock=vm -device isa-debug-exit,iobase=0xf4,iosize=4
[ -z "$count" ] || set -- "$@" -icount "shift=$count,sleep=off"
# The kernel lives above 0xF0000000; each block is written when it first runs.
[ -z "$blocks" ] || set -- "$@" -d in_asm -dfilter 0xf0000000..0xf0ffffff -D "$blocks"
if [ -n "$events" ]; then
	plugin=$here/../../lib/afterburner/qemu/counts.so
	[ -r "$plugin" ] || die "$plugin: not there: run make"
	# Ways into the kernel, which are no instructions: known by where they begin.  What
	# lies below 0xE0000000 are users, from 0xC0000000 on those of small spaces.
	entries=$(mktemp)
	trap 'rm -f "$entries"' EXIT
	nm "$kernel" 2>/dev/null | awk '
		$3 ~ /^(exception_[0-9]+|irq_[0-9]+|int_(ipc|syscall)_entry|(fast_)?write_segments)$/ {
			print $1, $3
		}' >"$entries"
	set -- "$@" -plugin "$plugin,out=$events,user=0xe0000000,entries=$entries"
fi
set -- "$@" -kernel "$kickstart" -initrd "$modules"

if [ -n "$dry" ]; then
	echo "$*"
	exit 0
fi

status=0
if [ -n "$log" ]; then
	# The pipe would hide QEMU's status: it travels on descriptor 3.
	status=$({ { timeout --foreground "$limit" "$@" 4>&- || echo $? >&3; } | tee "$log" >&4; } 3>&1) 4>&1
else
	timeout --foreground "$limit" "$@" || status=$?
fi
case ${status:-0} in
0) die "the machine went off without a status: the program did not shut down cleanly" ;;
124 | 137) die "no end within $limit seconds: see the console above, or raise --timeout" 124 ;;
esac
# A root task ends the machine with 65 + 2 * its own status.
if [ "$status" -lt 65 ] || [ $((status % 2)) -eq 0 ]; then
	die "QEMU ended with status $status: see its message above"
fi
exit $(((status - 65) / 2))
