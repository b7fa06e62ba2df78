# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += testsuite/scribble/scribble
testsuite_scribble_scribble_SOURCES = testsuite/scribble/scribble.c testsuite/scribble/tables.c \
	testsuite/scribble/tables.h
testsuite_scribble_scribble_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker \
	-I$(top_srcdir)/testsuite/scribble
testsuite_scribble_scribble_CFLAGS = $(AB_CFLAGS)
testsuite_scribble_scribble_LDADD = $(AB_RECORDS_LIBS)
TESTS += testsuite/scribble/scribble.t
EXTRA_DIST += testsuite/scribble/README testsuite/scribble/sample.s testsuite/scribble/scribble.t
