#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every extension alone: its kernel announces it, nothing else, and boots.
# shellcheck source=testsuite/l4/lib.sh
. "${top_srcdir:?}/testsuite/l4/lib.sh"
l4_need loader sigma0 l4-costs kernel-baseline
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
# announces KERNEL FEATURES: the feature strings behind those every kernel has.
announces() {
	n=$((n + 1))
	"$afterburn_l4" run --count --timeout="$hang" --kernel="$l4/kernel-$1" l4-costs \
		</dev/null >"$dir/console" 2>&1
	got=$(tr -d '\r' <"$dir/console" | awk -F '\t' '
		$1 == "# feature" && $2 != "pagerexregs" && $2 != "ioflexpages" { printf "%s ", $2 }
		/^# done/ { done = 1 }
		END { if (!done) print "(no end)" }')
	if [ "$got" = "${2:+$2 }" ]; then
		echo "ok $n - kernel-$1 has ${2:-no extension}"
	else
		echo "not ok $n - kernel-$1 has ${2:-no extension}"
		echo "# got: $got"
	fi
}
announces baseline ""
for name in ctrlxfer pfstate preemptmsg zeroslice limits smallspaces; do
	announces $name $name
done
announces redirect "limits redirect"
announces tls "ctrlxfer tls"
announces debug "ctrlxfer debug"
announces all "ctrlxfer pfstate preemptmsg zeroslice limits redirect tls debug smallspaces"
echo "1..$n"
