#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: selftest.sh COMPILER PLUGIN SOURCE-FOLDER
# Compile one of everything with the plugin and compare the markers with what
# they must be.  Part of the build: a plugin that fails is not kept.
cc=$1
plugin=$2
folder=$3
name=${plugin##*/}
name=${name%.so}
case $plugin in
/*) ;;
*) plugin=$PWD/$plugin ;;
esac
out=$(mktemp) || exit 1
trap 'rm -f "$out" "$out.s"' EXIT
fail()
{
	echo "afterburn: $plugin: self-test failed: $1: reinstall $cc and its plugin headers (apt-get install --reinstall $cc $cc-multilib $cc-plugin-dev) and run make again; if it fails again, report it with the lines above" >&2
	exit 1
}
$cc -m32 -O2 -ffreestanding -fno-pic -mregparm=3 -fno-asynchronous-unwind-tables -fcf-protection=none \
	-fplugin="$plugin" -S -o "$out.s" "$folder/selftest.c" || fail "$cc cannot use it"
awk '/^[a-z_]+:/ { print } /#afterburn:/ { sub(/^[ \t]*/, ""); sub(/note .*\//, "note "); print }' \
	"$out.s" >"$out"
grep -v '^# SPDX' "$folder/selftest.expected" | diff -u - "$out" >&2 || fail "markers differ (expected -, got +)"
