# SPDX-License-Identifier: GPL-3.0-or-later
#
# afterburn run: a program of the host's, for every backend.
pkglibexec_PROGRAMS += libexec/afterburner/afterburn-run
libexec_afterburner_afterburn_run_SOURCES = hypervisor-backends/run/run.c \
	hypervisor-backends/run/backend.c hypervisor-backends/l4/command/run.c \
	hypervisor-backends/l4/command/parts.c hypervisor-backends/l4/command/parts.h \
	hypervisor-backends/run/ports.c hypervisor-backends/run/options.c \
	hypervisor-backends/run/image.c \
	hypervisor-backends/run/machine.c hypervisor-backends/run/session.c \
	hypervisor-backends/run/reports.c \
	hypervisor-backends/run/run.h
libexec_afterburner_afterburn_run_CPPFLAGS = $(AB_CPPFLAGS) \
	-I$(top_srcdir)/samples/rootfs -I$(top_srcdir)/hypervisor-backends/run \
	-I$(top_srcdir)/hypervisor-backends/l4/command \
	-I$(top_srcdir)/linker/core -I$(top_srcdir)/linker/load
libexec_afterburner_afterburn_run_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_run_LDADD = linker/load/libabload.a linker/core/libabbind.a \
	libabnewc.a libabhost.a -lutil
EXTRA_DIST += hypervisor-backends/run/README
dist_man_MANS += doc/man/afterburn-run.1 doc/man/afterburn-rootfs.1
