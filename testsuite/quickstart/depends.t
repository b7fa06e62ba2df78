#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a rule written by hand compiles is built again when any header changes: a guest program that
# stayed as it was hid a failing test.
# shellcheck source=testsuite/driver/lib.sh
. "${top_srcdir:?}/testsuite/driver/lib.sh"

# Recipes that compile, without the one command that only links.
grep -rnE '^	.*(bin/afterburn-cc|\$\((GUEST_)?CC\)|g\+\+-1[12]) |_BUILD = .*\$\(CC\)' \
	"$top_srcdir" --include=local.mk --include=user.mk --include=Makefile.am |
	grep -v 'g++-1[12] -shared -o \$@\.tmp\.so' >"$scratch/recipes"
grep -v "\$(WITH_DEPENDS) \$@ " "$scratch/recipes" >"$scratch/forgetful"
check "rules compile by hand" test "$(wc -l <"$scratch/recipes")" -ge 15
check "and all note what they include" diff /dev/null "$scratch/forgetful"

# One command, two sources, and what both include.
top=$(cd "$top_srcdir" && pwd)
cd "$scratch" || exit 1
echo '#include "inner.h"' >outer.h
echo >inner.h
printf '#include "outer.h"\nint f(void);\nint main(void) { return f(); }\n' >one.c
printf '#include "inner.h"\nint f(void) { return 0; }\n' >two.c
mkdir -p out
cat >Makefile <<END
out/program: one.c two.c
	@echo built; sh $top/afterburner/with-depends \$@ gcc-12 -o \$@ one.c two.c
-include \$(wildcard depends/*.d)
END
# built COUNT: make builds it, or has nothing to do
built() { [ "$(make 2>&1 | grep -c '^built$')" = "$1" ]; }
past() { find . -type f ! -path ./out/program -exec touch -d '2001-01-01' {} +; touch -d '2002-01-01' out/program; }
check "a program of two sources is built" built 1
past
check "once" built 0
touch two.c
check "again when a source changes" built 1
past
touch outer.h
check "or the header of one that is not the last" built 1
past
touch inner.h
check "or a header that a header includes" built 1
past
printf 'int f(void);\nint main(void) { return f(); }\n' >one.c
rm outer.h
check "a header that is gone is no error" built 1
check "nor is it missed" sh -c '! grep -q outer depends/*'
past
echo '#error no' >inner.h
check "what does not compile is an error" sh -c '! make'
past
echo >inner.h
check "and what it depended on is still known" built 1
finish
