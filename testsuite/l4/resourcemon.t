#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The resource monitor serves its clients, and survives the one that crashes.
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader kernel-baseline sigma0 resourcemon hello crash
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
check() { # check STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
run() { # run MODULES...: console in $dir/console, status in $status
	status=$({ { "$afterburn_l4" run --steady --timeout="$hang" resourcemon "$@" </dev/null 2>"$dir/errors"; echo $? >&3; } |
		tr -d "\r" >"$dir/console"; } 3>&1)
}

run "$l4/hello"
grep -c '^hello: ok' "$dir/console" | grep -qx 10
check $? "a client gets memory, threads and console"
! grep -q 'not ok' "$dir/console"
check $? "and nothing that is not its own"
test "$status" = 0
check $? "the machine ends with the client's status"

run "$l4/hello" "$l4/crash" "$l4/hello"
grep -q '^resourcemon: crash: ended: page fault at 1000 ' "$dir/console"
check $? "a client that crashes is ended with a line that says why"
grep -c '^resourcemon: hello: ended with status 0' "$dir/console" | grep -qx 2
check $? "the others run to their end"
! grep -q 'still here' "$dir/console"
check $? "the crashed one does not go on"
test "$status" = 70
check $? "the machine ends with the worst status"

echo "this is no program" >"$dir/text"
run "$dir/text"
grep -q 'it is no 32-bit ELF file' "$dir/console"
check $? "a module that is no program is named with the reason"
test "$status" = 71
check $? "and the status says that there was no client"
head -c 3000 "$l4/hello" >"$dir/short"
run "$dir/short" "$l4/hello"
grep -q 'short: a segment lies outside the file' "$dir/console" &&
	grep -q '^resourcemon: hello: ended with status 0' "$dir/console"
check $? "a truncated program is refused, the next one runs"

# patch OFFSET BYTES: in octal, in $dir/liar
patch() {
	# shellcheck disable=SC2059 # it has escapes
	printf "$2" | dd of="$dir/liar" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
# A second program header: 4 KB of the file to load to 0x1000, where they have no room.
cp "$l4/hello" "$dir/liar"
patch 44 '\002'
patch 84 '\001\0\0\0\0\0\0\0\0\020\0\0\0\020\0\0\0\020\0\0\0\0\0\0\006\0\0\0\001\0\0\0'
run "$dir/liar" "$l4/hello"
grep -q 'liar: a segment lies outside the file' "$dir/console" &&
	grep -q '^resourcemon: hello: ended with status 0' "$dir/console"
check $? "so is one with a segment that has no room in memory (what was there was written over)"
echo "1..$n"
