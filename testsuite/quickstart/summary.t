#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the summary of a run says: of a run on another machine its output is all that is left.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:?}/testsuite/driver/lib.sh"

build=$scratch/build
mkdir -p "$build/testsuite/a"
echo 'testsuite/a/bad.t 1 for a reason' >"$scratch/skips"

# ran NAME: the driver's files of a test that prints standard input
ran() {
	cat >"$scratch/says"
	printf '#!/bin/sh\ncat "%s"\n' "$scratch/says" >"$scratch/$1.t"
	chmod +x "$scratch/$1.t"
	AM_TAP_AWK='awk' sh "$top_srcdir/build-aux/tap-driver.sh" --comments --test-name "testsuite/a/$1.t" \
		--log-file "$build/testsuite/a/$1.log" --trs-file "$build/testsuite/a/$1.trs" --color-tests no \
		--enable-hard-errors yes --expect-failure no -- "$scratch/$1.t" >"$scratch/driver"
}
# summed STATUS: true if summary ends with that; its output is in a file
summed() {
	"$top_srcdir/testsuite/summary" "$build" "$scratch/skips" 0 >"$scratch/out"
	ended=$?
	closing=$("$top_srcdir/testsuite/summary" --closing "$build")
	[ $ended = "$1" ]
}

printf '1..2\nok 1 - fine\nok 2 - left out # SKIP no such thing\n' | ran bad
check "green: a skip that is allowed" summed 0
check "green: the closing line" test "$closing" = '1 passed, 0 failed, 1 skipped'
printf '1..2\nok 1 - fine\nok 2 - left out # SKIP no such thing\n' | ran good
check "red: a skip that is not" summed 1
check "red: it is named" has "$scratch/out" 'testsuite/a/good.t: 1 skipped, 0 allowed by testsuite/skips'
rm "$build/testsuite/a"/good.*

{
	printf '# long before\nok 1 - fine\n# just before\nnot ok 2 - broken\n# just behind\n# and on\nok 3 - fine\n# long behind\n'
	for i in $(seq 4 40); do echo "ok $i - fine"; done
	printf '1..40\nno comment\n'
} | ran bad
check "a failure is red" summed 1
check "the closing line counts it" test "$closing" = '39 passed, 1 failed, 0 skipped'
check "it is named" has "$scratch/out" '  testsuite/a/bad.t 2 - broken'
printf '  | %s\n' '# just before' 'not ok 2 - broken' '# just behind' '# and on' >"$scratch/expected"
sed '/^testsuite.a.bad.t:$/,/^  its last lines:$/!d' "$scratch/out" | sed '1d;$d' >"$scratch/around"
check "what it said around the failure, and nothing else" diff "$scratch/expected" "$scratch/around"
{ for i in $(seq 23 40); do echo "  | ok $i - fine"; done; printf '  | 1..40\n  | no comment\n'; } >"$scratch/expected"
tail -n 20 "$scratch/out" >"$scratch/last"
check "its last twenty lines" diff "$scratch/expected" "$scratch/last"
printf '1..2\nok 1 - fine\n' | ran bad
check "a test that ends early is red" summed 1
check "and the driver's word on it is shown" grep -q '^  | ERROR: testsuite/a/bad.t ' "$scratch/out"
rm -r "$build/testsuite/a"
check "no test at all is red" summed 1
finish
