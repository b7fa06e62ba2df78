#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What afterburn-cc refuses, it refuses in one line that says what to do.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:-.}/testsuite/driver/lib.sh"

# refuses STATUS TEXT COMMAND...: exit STATUS, one line with TEXT, no output file.
refuses() {
	want=$1 text=$2
	shift 2
	rm -f "$scratch/x.o"
	"$@" 2>"$scratch/err"
	status=$?
	ok $((status != want)) "$text: exit $want"
	check "$text: one line" test "$(wc -l <"$scratch/err")" -eq 1
	check "$text: said" has "$scratch/err" "$text"
	check "$text: no output" test ! -e "$scratch/x.o"
}

echo 'int x;' >"$scratch/x.c"
printf '#!/bin/sh\necho "gcc version 13.2.0 (x)" >&2\n' >"$scratch/gcc-13"
printf '#!/bin/sh\necho "clang version 14.0.6" >&2\n' >"$scratch/clang"
chmod +x "$scratch/gcc-13" "$scratch/clang"
refuses 1 "gcc-13: unsupported compiler" afterburn-cc --afterburn-cc="$scratch/gcc-13" -c "$scratch/x.c" -o "$scratch/x.o"
refuses 1 "clang: unsupported compiler" env AFTERBURN_CC="$scratch/clang" afterburn-cc -c "$scratch/x.c" -o "$scratch/x.o"
refuses 1 "nowhere/gcc-12: compiler not found" afterburn-cc --afterburn-cc=nowhere/gcc-12 -c "$scratch/x.c" -o "$scratch/x.o"
refuses 2 "not a version of Linux" afterburn-cc --afterburn-linux=new -c "$scratch/x.c" -o "$scratch/x.o"
refuses 2 "no such padding" afterburn-cc --afterburn-padding=soft -c "$scratch/x.c" -o "$scratch/x.o"
# shellcheck disable=SC2016 # for the other shell
printf '#!/bin/sh\ncase $1 in -v) echo "gcc version 12.2.0 (Debian)" >&2 ;; *) exec gcc-12 "$@" ;; esac\n' >"$scratch/mygcc"
chmod +x "$scratch/mygcc"
check "a gcc 12 by another name is taken" afterburn-cc --afterburn-cc="$scratch/mygcc" -c "$scratch/x.c" -o "$scratch/x.o"

# Two samples were once compiled before the plugin was there, and nobody noticed.
mkdir -p "$scratch/part/bin" "$scratch/part/libexec/afterburner/toolchain"
cp "${top_builddir:?}/bin/afterburn-cc" "$scratch/part/bin/"
refuses 1 "toolchain/as: not found" "$scratch/part/bin/afterburn-cc" -c "$scratch/x.c" -o "$scratch/x.o"
cp "$top_builddir/libexec/afterburner/toolchain/as" "$scratch/part/libexec/afterburner/toolchain/"
refuses 1 "afterburn.so: not found" "$scratch/part/bin/afterburn-cc" -c "$scratch/x.c" -o "$scratch/x.o"
finish
