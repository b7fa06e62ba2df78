# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What the L4 tests share.  Sourced by *.t, which print TAP.

l4=${top_builddir:?}/lib/afterburner/l4
afterburn_l4=$top_builddir/libexec/afterburner/afterburn-l4

# The whole test is skipped when something it stands on is missing.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# l4_need FILE ...: files below lib/afterburner/l4 that must be there.
l4_need() {
	command -v qemu-system-i386 >/dev/null 2>&1 || skip_all "qemu-system-i386 is not installed"
	for need; do
		[ -x "$l4/$need" ] || skip_all "$need is not built"
	done
}

# l4_ktap VARIANT PROGRAM SECONDS [OPTION ...]: run a program that prints KTAP and
# hand its lines on as TAP.  A run that ends early has no plan, so the harness
# sees the failure; one more line states how the machine ended.
l4_ktap() {
	variant=$1 program=$2 seconds=$3
	shift 3
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	status=0
	"$afterburn_l4" run "--$variant" --timeout="$seconds" "$@" "$program" \
		</dev/null >"$dir/console" 2>"$dir/messages" || status=$?
	tr -d '\r' <"$dir/console" | awk -v status="$status" '
		/^(not )?ok / { seen++; print; next }
		/^1\.\./ { sub(/^1\.\./, ""); plan = $0 + 0; next }
		/^#/ { print }
		END {
			good = plan > 0 && seen == plan && status == 0
			printf "%sok %d - the program ends with status 0 after its whole plan\n", \
				good ? "" : "not ", seen + 1
			print "1.." seen + 1
		}'
	[ "$status" = 0 ] || sed 's/^/# /' "$dir/messages"
}
