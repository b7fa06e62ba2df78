# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of the record library.
AM_TESTS_ENVIRONMENT += CLANG='$(CLANG)'; export CLANG; CC='$(CC)'; export CC;

AB_CRAFT_SOURCES = testsuite/records/craft.c testsuite/records/craft.h

check_PROGRAMS += testsuite/records/unit.t testsuite/records/corpus
testsuite_records_unit_t_SOURCES = testsuite/records/unit.c testsuite/records/tap.h \
	$(AB_CRAFT_SOURCES)
testsuite_records_unit_t_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
testsuite_records_unit_t_CFLAGS = $(AB_CFLAGS)
testsuite_records_unit_t_LDADD = $(AB_RECORDS_LIBS)
testsuite_records_corpus_SOURCES = testsuite/records/corpus.c $(AB_CRAFT_SOURCES)
testsuite_records_corpus_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
testsuite_records_corpus_CFLAGS = $(AB_CFLAGS)
testsuite_records_corpus_LDADD = $(AB_RECORDS_LIBS)

TESTS += testsuite/records/unit.t testsuite/records/fuzz.t
EXTRA_DIST += testsuite/records/fuzz.t testsuite/records/fuzz.c testsuite/records/README
