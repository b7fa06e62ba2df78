# SPDX-License-Identifier: GPL-3.0-or-later
# What every host program shares: messages, paths, outputs that appear whole.
noinst_LIBRARIES += libabhost.a
libabhost_a_SOURCES = afterburner/host/diag.c afterburner/host/diag.h \
	afterburner/host/paths.c afterburner/host/paths.h \
	afterburner/host/output.c afterburner/host/output.h
libabhost_a_CPPFLAGS = $(AB_CPPFLAGS) \
	-DAB_BINDIR='"$(bindir)"' -DAB_LIBEXECDIR='"$(pkglibexecdir)"' \
	-DAB_LIBDIR='"$(libdir)/afterburner"' -DAB_DATADIR='"$(pkgdatadir)"'
libabhost_a_CFLAGS = $(AB_CFLAGS)
EXTRA_DIST += afterburner/insn-ia32.def afterburner/marker.h
