#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Kernels with one extension alone, and with all, keep what the manual promises:
# no extension leans on another, and none changes what is not its own.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader sigma0 l4-conformance kernel-baseline
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
for name in ctrlxfer pfstate preemptmsg limits debug smallspaces all; do
	n=$((n + 1))
	status=0
	"$afterburn_l4" run --steady --timeout="$hang" --kernel="$l4/kernel-$name" l4-conformance \
		</dev/null >"$dir/console" 2>&1 || status=$?
	if [ "$status" = 0 ] && grep -q '^1\.\.[0-9]' "$dir/console"; then
		echo "ok $n - kernel-$name: $(grep -c '^ok' "$dir/console") checks"
	else
		echo "not ok $n - kernel-$name"
		grep -E '^(not ok|# area|afterburn)' "$dir/console" | tail -20 | sed 's/^/# /'
	fi
done
echo "1..$n"
