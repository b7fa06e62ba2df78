# SPDX-License-Identifier: GPL-3.0-or-later
# The dispatcher, the compiler wrapper and the driver of kernel builds.
bin_PROGRAMS += bin/afterburn bin/afterburn-cc

bin_afterburn_SOURCES = afterburner/driver/afterburn.c
bin_afterburn_CPPFLAGS = $(AB_CPPFLAGS)
bin_afterburn_CFLAGS = $(AB_CFLAGS)
bin_afterburn_LDADD = libabhost.a

AB_DRIVER_COMMON = \
	afterburner/driver/version.c afterburner/driver/version.h \
	afterburner/driver/cures.c afterburner/driver/cures.h \
	afterburner/driver/compiler.c afterburner/driver/compiler.h \
	afterburner/driver/file.c afterburner/driver/file.h

bin_afterburn_cc_SOURCES = afterburner/driver/cc.c \
	afterburner/driver/cc-line.c afterburner/driver/cc-line.h \
	afterburner/driver/layout.c afterburner/driver/layout.h \
	$(AB_DRIVER_COMMON)
bin_afterburn_cc_CPPFLAGS = $(AB_CPPFLAGS)
bin_afterburn_cc_CFLAGS = $(AB_CFLAGS)
bin_afterburn_cc_LDADD = libabhost.a

EXTRA_DIST += afterburner/driver/cures.def
