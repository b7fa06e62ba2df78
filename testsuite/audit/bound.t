#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Audit and report of images bound ahead of time: a sound one is clean and says for whom it was
# bound; a site that is not bound, or bound to something else, is found, and so is what no record covers.
# shellcheck source=testsuite/audit/lib.sh
. "${top_srcdir:?}/testsuite/audit/lib.sh"
plan 14
link=$top_builddir/libexec/afterburner/afterburn-link
wedge=$top_builddir/testsuite/load/wedge-test
hello=$top_builddir/share/afterburner/hello

bind() { "$link" --hypervisor=test --wedge="$wedge" "$@" >"$work/out" 2>&1; }
bind "$hello" -o "$work/bound" && "$report" --bound "$work/bound" >"$work/sites" && readelf -lW "$work/bound" >"$work/segments"

accepts "$work/bound" 'a bound image is clean'
grep -q '^bound for test, wedge ABI 2: [0-9]* sites inline, [0-9]* calls, [0-9]* native$' "$work/out"
result $? 'and says for whom'
sums() { sed -n "s/$1/\\1 \\2 \\3/p" "$2"; }
[ "$(sums '^bound for.*: \([0-9]*\) .*, \([0-9]*\) calls, \([0-9]*\) .*' "$work/out")" = \
	"$(awk '$1 == "all" { print $4, $5, $6 }' "$work/sites")" ]
result $? 'as many sites of each kind as report --bound reads'
"$audit" --format=json "$work/bound" >"$work/out" && grep -q '"hypervisor": *"test"' "$work/out"
result $? 'in JSON too'
"$report" "$work/bound" >"$work/out" && grep -q '^bound for test' "$work/out" &&
	"$report" --format=json "$work/bound" >"$work/out" && grep -q '"bound": *"test"' "$work/out"
result $? 'report says it as well'

# site TEXT: address of the first site whose line in report --bound has it
site() { awk -v text="$1" 'index($0, text) && / left$/ { print "0x" $1; exit }' "$work/sites"; }
# offset_of ADDRESS: where in the file
offset_of() {
	awk -v at=$(($1)) '
		function number(text, i, n) {
			for (i = 3; i <= length(text); i++)
				n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
			return n
		}
		$1 == "LOAD" && at >= number($3) && at < number($3) + number($5) { print at - number($3) + number($2); exit }' \
		"$work/segments"
}
# damage ADDRESS BYTES: the bound image with other bytes at that address becomes $work/damaged
damage() {
	cp "$work/bound" "$work/damaged"
	# shellcheck disable=SC2059 # the bytes are escapes
	printf "$2" | dd of="$work/damaged" bs=1 seek="$(offset_of "$1")" conv=notrunc 2>"$work/out"
}

damage "$(site ' cli, inline')" '\056\056\056\056\056\056\372'
objects "$work/damaged" '^record: .*: not bound$' 'a site with its cli back is not bound'
# Where the operand of the call is, another vector of the same table.
# shellcheck disable=SC1003 # a backslash
damage $(($(site ' hlt, call') + 2)) \
	"$(od -An -to1 -v -N4 -j "$(offset_of $(($(site ' popf, call') + 2)))" "$work/bound" | tr ' ' '\\')"
objects "$work/damaged" '^record: .*: bound to a call of POPF, the record says HLT$' 'a call of another class is found'
damage $(($(site ' cli, inline') + 6)) '\000'
objects "$work/damaged" '^record: .*: code on the virtual processor that is not for this class$' \
	'a store that sets the flag where it should be cleared is found'
damage $(($(site ' pushf, inline') + 7)) '\002'
objects "$work/damaged" '^record: .*: code on the virtual processor that is not for this class$' \
	'a pushf that shows the flags in other places is found'
damage $(($(site ' mov_from_cr, inline') + 1)) '\000\000\000\000'
objects "$work/damaged" '^record: .*: not bound$' 'a load from elsewhere is no bound code'
damage $(($(site ' 11 bytes, 5 left') + 6)) '\367\330'
objects "$work/damaged" '^record: .*: behind the bound code: .*not a NOP$' 'an instruction where only NOPs may be'
damage $(($(site ' _start+0x0: cli') + 7)) '\372' # a cld
objects "$work/damaged" '^unexplained: _start\+0x7 .*cli' 'a cli that no record covers'
cp "$work/bound" "$work/damaged"
objcopy -O binary --only-section=.afterburn.bound --set-section-flags .afterburn.bound=alloc "$work/bound" "$work/mark"
printf 'x' | dd of="$work/mark" bs=1 conv=notrunc 2>"$work/out"
objcopy --update-section .afterburn.bound="$work/mark" "$work/damaged" 2>"$work/out"
"$audit" "$work/damaged" >"$work/out" 2>&1
[ $? -eq 1 ] && [ "$(cat "$work/out")" = "afterburn: $work/damaged: its mark is damaged: link the image again" ]
result $? 'a damaged mark: one sentence'

linux=$top_builddir/linux-6.1/vmlinux
if [ -f "$linux" ]; then
	bind "$linux" -o "$work/bound"
	accepts "$work/bound" 'Linux bound ahead of time is clean'
else
	number=$((number + 1))
	echo "ok $number - Linux bound ahead of time is clean # SKIP no $linux: ./quickstart builds it"
fi
