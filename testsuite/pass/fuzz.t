#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The pass meets arbitrary text under AddressSanitizer and
# UndefinedBehaviorSanitizer: a fixed series, then libFuzzer where clang is.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${top_srcdir:?}" "${top_builddir:?}"
echo 1..2

sources="$top_srcdir/testsuite/pass/fuzz.c $top_srcdir/afterburner/host/diag.c"
for file in buffer classify effects emit encoded macro marker-line operand page-symbol pass scan section source sources statement words; do
	sources="$sources $top_srcdir/afterburner/as/$file.c"
done
# AddressSanitizer of these compilers cannot stand every random layout of newer kernels.
fixed=
! setarch "$(uname -m)" -R true 2>/dev/null || fixed="setarch $(uname -m) -R"

flags="-g -O1 -std=gnu11 -I$top_builddir -I$top_srcdir/include -I$top_srcdir/afterburner"

# shellcheck disable=SC2086 # lists of words
if ${CC:-gcc} $flags -fsanitize=address,undefined -fno-sanitize-recover=all -DREPLAY \
	-o "$work/replay" $sources >"$work/log" 2>&1 &&
	(cd "$work" && $fixed timeout 900 ./replay 20000) >>"$work/log" 2>&1; then
	echo "ok 1 - 20000 texts put together from fragments"
else
	echo "not ok 1 - 20000 texts put together from fragments"
	sed 's/^/# /' "$work/log" | head -40
fi

if [ -z "${CLANG:-}" ]; then
	echo "ok 2 - libFuzzer finds nothing # SKIP no clang: install clang-14"
	exit 0
fi
mkdir "$work/corpus"
printf '\tcli\n\tmov %%cr3,%%eax; rep; insb\n' >"$work/corpus/1"
printf '.macro m op\n\\op\n.endm\nm cli\n.byte 0x0f,0x01,0xc8\n' >"$work/corpus/2"
# shellcheck disable=SC2086 # lists of words
if $CLANG $flags -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-o "$work/fuzz" $sources >"$work/log" 2>&1 &&
	(cd "$work" && $fixed timeout 900 ./fuzz -seed=2006 -runs="${AB_FUZZ_RUNS:-150000}" \
	-timeout=900 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 corpus) >>"$work/log" 2>&1; then
	echo "ok 2 - libFuzzer finds nothing"
	grep stat::number_of_executed_units "$work/log" | sed 's/^/# /'
else
	echo "not ok 2 - libFuzzer finds nothing"
	sed 's/^/# /' "$work/log" | tail -40
fi
