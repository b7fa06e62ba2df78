# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += testsuite/pass/golden
testsuite_pass_golden_SOURCES = testsuite/pass/golden.c testsuite/pass/golden-as.c \
	testsuite/pass/golden-lines.c testsuite/pass/golden.h \
	testsuite/pass/golden-zydis.c testsuite/pass/golden-zydis.h
testsuite_pass_golden_CPPFLAGS = $(AB_CPPFLAGS) $(LLVM_CPPFLAGS)
testsuite_pass_golden_CFLAGS = $(AB_CFLAGS)
testsuite_pass_golden_LDADD = libabas.a libabhost.a $(ELF_LIBS) $(LLVM_LIBS) $(ZYDIS_LIBS)
EXTRA_DIST += testsuite/pass/README testsuite/pass/fuzz.c testsuite/pass/tap.sh $(AB_PASS_TESTS)
AB_PASS_TESTS = testsuite/pass/golden-prefix.t testsuite/pass/golden-nop.t \
	testsuite/pass/identity.t testsuite/pass/lines.t testsuite/pass/syntax.t \
	testsuite/pass/sites.t testsuite/pass/markers.t testsuite/pass/fuzz.t \
	testsuite/pass/page-symbols.t
TESTS += $(AB_PASS_TESTS)
