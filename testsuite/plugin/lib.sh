# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086
# What the plugin's tests share.  Source it, then call each_compiler with the
# name of a function that makes the assertions for the compiler in $cc.

LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0

# Flags of a 32-bit kernel.
kernel_flags="-m32 -ffreestanding -fno-pic -mregparm=3 -fno-strict-aliasing
	-fno-asynchronous-unwind-tables -fcf-protection=none -fno-stack-protector"

ok() # DESCRIPTION: the exit status before the call decides
{
	status=$?
	count=$((count + 1))
	if [ $status -eq 0 ]; then
		echo "ok $count - $cc: $1"
	else
		echo "not ok $count - $cc: $1"
		[ ! -s "$work/out" ] || sed 's/^/# /' "$work/out"
	fi
}

# compile OPTIMISATION [ARGUMENT...]: $work/t.c to $work/t.s with the plugin; messages in $work/log
compile()
{
	level=$1
	shift
	$cc $kernel_flags "$level" -fplugin="$plugin" "$@" -S -o "$work/t.s" "$work/t.c" 2>"$work/log"
}

# body FUNCTION: its instructions and markers, one a line, no directives
body()
{
	awk -v f="$1" '
		$0 == f ":" { inside = 1; next }
		inside && $1 == ".size" { exit }
		!inside { next }
		/#afterburn:/ || !/^[ \t]*([.#]|$)/ { sub(/^[ \t]+/, ""); gsub(/[ \t]+/, " "); print }
	' "$work/t.s" | tee "$work/out"
}

# dead FUNCTION: "GPRS FLAGS" of its last end marker
dead()
{
	body "$1" | sed -n 's/^#afterburn: end gprs=\([0-9a-f]*\) flags=\([0-9a-f]*\)$/\1 \2/p' | tail -n 1
}

# follows FUNCTION MARKER PATTERN: the line behind the marker matches the pattern
follows()
{
	# Through the environment: gawk takes backslashes out of what -v is given, mawk does not.
	body "$1" | MARKER="#afterburn: $2" PATTERN=$3 awk '
		found { exit !($0 ~ ENVIRON["PATTERN"]) } $0 == ENVIRON["MARKER"] { found = 1 }
		END { if (!found) exit 1 }'
}

each_compiler() # FUNCTION
{
	for version in 12 11; do
		cc=gcc-$version
		plugin=$top_builddir/lib/afterburner/plugin/$cc/afterburn.so
		[ -f "$plugin" ] || continue
		"$1"
	done
	echo "1..$count"
}
