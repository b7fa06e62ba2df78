#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a rule written by hand compiles is built again when any header changes: a guest program that
# stayed as it was hid a failing test.  And everything that is compiled, when its flags change.
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

# What the compiler is told: a changed flag in a local.mk built nothing.
rm -rf depends out Makefile
mkdir bin depends
printf 'hand: one.c \\\n inner.h\ninner.h:\n' >depends/hand.d
cat >first <<'END'
CC = gcc-12
AWK = awk
HAND_FLAGS = -DHAND=1
PROGRAMS = bin/p-1 p2
bin_p_1_CFLAGS = -DNAME="one, (two"
bin_p_1_OBJECTS = one.o two.o
p2_CPPFLAGS = -DP2
p2_LDFLAGS = -static
p2_OBJECTS = three.o four.o
all: $(PROGRAMS) hand
bin/p-1: $(bin_p_1_OBJECTS)
p2: $(p2_OBJECTS)
bin/p-1 p2 one.o two.o three.o four.o:
	@echo built $@; touch $@
hand:
	@echo built $@; touch $@ # $(WITH_DEPENDS) $(HAND_FLAGS) -O1
END
echo "-include $top/afterburner/flags.mk" >>first
age() {
        find . -type f -exec touch -d '2001-01-01' {} +
        find . '(' -name '*.o' -o -name hand -o -name p-1 -o -name p2 ')' -exec touch -d '2002-01-01' {} +
}
# builds EXPRESSION NAME...: with the Makefile so edited make builds these and no others, and once
builds() {
        cp first Makefile
        make >built
        age
        sed "$1" first >Makefile
        shift
        for name; do echo "$name"; done | sort >expected
        make -n | sed -n 's/^echo built \([^;]*\);.*/\1/p' | sort >planned
        make | sed -n 's/^built //p' | sort >made
        make | sed -n 's/^built //p' >again
        age
        diff expected planned && diff expected made && diff /dev/null again
}
touch one.o two.o three.o four.o hand bin/p-1 p2
age
check "what is there when flags are first noted stays" sh -c '! make -f first | grep built'
# shellcheck disable=SC2016 # of make
check "and afterwards, where they are the same" builds 's/= -DP2$/=  $(P)/; s/^all:/P = -DP2\n&/'
check "a program's flag builds its objects and it" builds 's/one, (two/one, (2/' one.o two.o bin/p-1
check "a flag of its link builds it" builds 's/-static/-static-pie/' p2
check "an object less, too" builds '/^p2_O/s/ four.o//' p2
check "a flag of rules written by hand builds what they make" builds 's/-DHAND=1/-DHAND=2/' hand
check "one that stands in such a rule, too" builds 's/-O1/-O2/' hand
check "another compiler builds everything" builds 's/gcc-12/gcc-11/' one.o two.o three.o four.o bin/p-1 p2 hand
# ... and the real thing, of which nothing is built here.
cd "${top_builddir:?}" || exit 1
told() { make -n lib/afterburner/l4/sigma0 "$@" | grep -c 'sigma0.*-o [^ ]*-main\.o'; }
check "so it is here: nothing to do" test "$(told)" = 0
check "unless a flag changes" test "$(told lib_afterburner_l4_sigma0_CFLAGS=-DX)" = 1
finish
