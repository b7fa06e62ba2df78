#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What an IPC costs, in instructions: lines of name<TAB>value.
# usage: bench-l4.sh BUILD-OR-INSTALL-TREE [afterburn l4 options ...]
# Every option goes to "afterburn l4 run", so any kernel can be measured:
#   bench-l4.sh . --extended
#   bench-l4.sh . --kernel=K --kickstart=L
set -eu
[ $# -ge 1 ] || { echo "usage: $0 TREE [options of afterburn l4 run]" >&2; exit 2; }
tree=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$tree/libexec/afterburner/afterburn-l4" run --count --timeout=900 "$@" pingpong \
	</dev/null >"$dir/console"
tr -d '\r' <"$dir/console" | awk -F '\t' '
	/^# done/ { done = 1 }
	$1 ~ /^(inter|intra|lipc)$/ {
		name = "l4.ipc." $1 (($3 == 1) ? ".ctrlxfer." : ".") $2
		print name "\t" $4
		n++
	}
	END { exit !(done && n >= 192) }'
