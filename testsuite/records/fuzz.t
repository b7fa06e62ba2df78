#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The record reader meets damaged files under AddressSanitizer and
# UndefinedBehaviorSanitizer: first a fixed series of mutations built with the
# project's compiler, then libFuzzer where clang is there.
# shellcheck disable=SC2154 # top_srcdir and top_builddir come from make
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 1..2
if [ "${AFTERBURN_LONG:-0}" = 0 ]; then mutations=20000 runs=400000 time=0; else mutations=1000000 runs=12000000 time=600; fi
# AddressSanitizer of these compilers cannot stand every random layout of newer kernels.
fixed=
! setarch "$(uname -m)" -R true 2>/dev/null || fixed="setarch $(uname -m) -R"

sources="$top_srcdir/testsuite/records/fuzz.c $top_srcdir/afterburner/host/diag.c \
	$top_srcdir/afterburner/host/output.c"
for file in image elf flat payload check sources write; do
	sources="$sources $top_srcdir/linker/records/$file.c"
done
flags="-g -O1 -std=gnu11 -D_GNU_SOURCE -I$top_builddir -I$top_srcdir/include \
	-I$top_srcdir/afterburner -I$top_srcdir/linker -I$top_srcdir/testsuite/records"

# shellcheck disable=SC2086 # lists of words
if ${CC:-gcc} $flags -fsanitize=address,undefined -fno-sanitize-recover=all -DREPLAY \
	-o "$work/replay" $sources "$top_srcdir/testsuite/records/craft.c" -lelf -lz \
	>"$work/log" 2>&1 && $fixed timeout 9000 "$work/replay" $mutations >>"$work/log" 2>&1; then
	echo "ok 1 - $mutations mutations of crafted images harm nothing"
else
	echo "not ok 1 - $mutations mutations of crafted images harm nothing"
	sed 's/^/# /' "$work/log" | head -40
fi

if [ -z "${CLANG:-}" ]; then
	echo "ok 2 - libFuzzer finds nothing # SKIP no clang: install clang-14"
	exit 0
fi
mkdir "$work/corpus"
# shellcheck disable=SC2086 # lists of words
if "$top_builddir/testsuite/records/corpus" "$work/corpus" >"$work/log" 2>&1 &&
	$CLANG $flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-o "$work/fuzz" $sources -lelf -lz >>"$work/log" 2>&1 &&
	(cd "$work" && $fixed timeout 9000 ./fuzz -seed=2006 -runs="${AB_FUZZ_RUNS:-$runs}" -max_total_time=$time \
	-timeout=900 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 corpus) >>"$work/log" 2>&1; then
	echo "ok 2 - libFuzzer finds nothing"
	grep stat::number_of_executed_units "$work/log" | sed 's/^/# /'
else
	echo "not ok 2 - libFuzzer finds nothing"
	tail -40 "$work/log" | sed 's/^/# /'
fi
