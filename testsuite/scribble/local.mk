# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += testsuite/scribble/scribble testsuite/scribble/native-wedge
testsuite_scribble_scribble_SOURCES = testsuite/scribble/scribble.c testsuite/scribble/tables.c \
	testsuite/scribble/tables.h testsuite/scribble/lowmem.c testsuite/scribble/lowmem.h
testsuite_scribble_scribble_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker \
	-I$(top_srcdir)/testsuite/scribble
testsuite_scribble_scribble_CFLAGS = $(AB_CFLAGS)
testsuite_scribble_scribble_LDADD = $(AB_RECORDS_LIBS)

testsuite_scribble_native_wedge_SOURCES = testsuite/scribble/native-wedge.c \
	testsuite/scribble/tables.c testsuite/scribble/tables.h testsuite/scribble/lowmem.c \
	testsuite/scribble/lowmem.h
testsuite_scribble_native_wedge_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker \
	-I$(top_srcdir)/linker/core -I$(top_srcdir)/testsuite/scribble
testsuite_scribble_native_wedge_CFLAGS = $(AB_CFLAGS)
testsuite_scribble_native_wedge_LDADD = linker/core/libabbind.a $(AB_RECORDS_LIBS)

TESTS += testsuite/scribble/scribble.t testsuite/scribble/bound-linux.t
EXTRA_DIST += testsuite/scribble/README testsuite/scribble/sample.s testsuite/scribble/scribble.t testsuite/scribble/bound-linux.t
