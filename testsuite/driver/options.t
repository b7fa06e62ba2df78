#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command and every program that stands on its own: --help and --version
# answer on standard output, an unknown option is refused in one line that names
# it, and help, manual page and completion tell of the same options.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"
# shellcheck source=afterburner/driver/afterburn.bash
. "$top_srcdir/afterburner/driver/afterburn.bash"

build=${top_builddir:?}
manual=$(cd "$top_srcdir" && pwd)/doc/man
scratch_here=$scratch/here
mkdir "$scratch_here"
cd "$scratch_here" || exit 1

# Long options in a text, sorted; what stands before "=".
options_in() {
	grep -oE -e '(^|[^-a-z0-9/])--[a-z][a-z0-9-]*[a-z0-9]' | sed 's/^[^-]*//' | sort -u
}

# completed COMMAND: the options that completion offers.
completed() {
	COMP_WORDS=(afterburn "$1" --)
	COMP_CWORD=2
	COMPREPLY=()
	_afterburn 2>/dev/null
	printf '%s\n' "${COMPREPLY[@]}" | sed 's/=$//' | sort -u
}

# told NAME HELP VERSION PREFIX WORD...: the program of the words answers and refuses.
told() {
	name=$1 help=$2 version=$3 unknown=$4
	shift 4
	"$@" "$help" >"$scratch/help" 2>"$scratch/err" </dev/null
	ok $? "$name $help: exit 0"
	check "$name $help: usage on standard output" grep -Eq '^Usage: ' "$scratch/help"
	check "$name $help: nothing on standard error" test ! -s "$scratch/err"
	"$@" "$help" >/dev/full 2>"$scratch/err" </dev/null
	ok $(($? != 1)) "$name $help: onto a full disk: exit 1"
	"$@" "$version" >"$scratch/out" 2>"$scratch/err" </dev/null
	ok $? "$name $version: exit 0"
	check "$name $version: GNU style" grep -Eqm 1 '^[a-z0-9-]+ \(Afterburn\) [0-9]+\.[0-9]+' "$scratch/out"
	"$@" "$unknown" >"$scratch/out" 2>"$scratch/err" </dev/null
	ok $(($? != 2)) "$name $unknown: exit 2"
	check "$name $unknown: one line" test "$(wc -l <"$scratch/err")" -eq 1
	check "$name $unknown: is named" has "$scratch/err" "$unknown"
	check "$name $unknown: nothing else is printed" test ! -s "$scratch/out"
	check "$name: left no file behind" test -z "$(ls -A "$scratch_here")"
}

# same WHAT FILE: the options there are those of the help.
same() {
	options_in <"$scratch/help" >"$scratch/of-help"
	check "$1" diff "$scratch/of-help" "$2"
}

# manual_page NAME: the options it explains, each at the start of a line; others
# it may name in passing.
manual_page() {
	mandoc -Tascii "$manual/$1.1" | sed 's/.\x08//g' | grep -E '^ +-' | options_in
}

for command in $(afterburn --list); do
	case $command in
	cc | as)
		# Stand-ins: what is not theirs is the compiler's, the assembler's.
		told "$command" --afterburn-help --afterburn-version --afterburn-frobnicate "afterburn-$command"
		;;
	*)
		told "$command" --help --version --frobnicate afterburn "$command"
		;;
	esac
	check "$command: afterburn(1) tells what it does" grep -Eq "^\.It .*Cm $command( |\$)" "$manual/afterburn.1"
	completed "$command" >"$scratch/completed"
	same "$command: completion offers what the help tells" "$scratch/completed"
	cp "$scratch/of-help" "$scratch/$command.options"
	[ "$command" != as ] || continue # its page is that of cc, below
	[ "$command" != cc ] || { afterburn-as --afterburn-help; cat "$scratch/help"; } >"$scratch/both"
	[ "$command" != cc ] || cp "$scratch/both" "$scratch/help"
	if command -v mandoc >/dev/null; then
		manual_page "afterburn-$command" >"$scratch/manual"
		same "$command: the manual page tells of the same options" "$scratch/manual"
	else
		ok 0 "$command: the manual page tells of the same options # SKIP mandoc is not installed"
	fi
done
told 'l4 run' --help --version --frobnicate afterburn l4 run
told dispatcher --help --version --frobnicate afterburn

# What only our own programs call says so, and touches nothing.
for program in mkcpio bench-toolchain bench-l4 bench-baseline bench-build-cost bench-padding bench-alternate; do
	"$build/libexec/afterburner/$program" --frobnicate >"$scratch/out" 2>"$scratch/err" </dev/null
	ok $(($? != 2)) "$program --frobnicate: exit 2"
	check "$program --frobnicate: one line" test "$(wc -l <"$scratch/err")" -eq 1
	check "$program --frobnicate: how it is called" has "$scratch/err" "usage: $program"
	check "$program --frobnicate: nothing else is printed" test ! -s "$scratch/out"
	check "$program --frobnicate: left no file behind" test -z "$(ls -A "$scratch_here")"
done
told quickstart --help --version --frobnicate "$top_srcdir/quickstart"
finish
