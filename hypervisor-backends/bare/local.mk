# SPDX-License-Identifier: GPL-3.0-or-later
#
# The bare backend: a guest on the (emulated) machine itself, nothing between.
# loader/ runs on the target, run/ on the host.
targetdir = $(pkgdatadir)
target_PROGRAMS = share/afterburner/bare-loader
share_afterburner_bare_loader_SOURCES = hypervisor-backends/bare/loader/start.S \
	hypervisor-backends/bare/loader/loader.c hypervisor-backends/bare/loader/image.c \
	hypervisor-backends/bare/loader/console.c hypervisor-backends/bare/loader/loader.h
share_afterburner_bare_loader_CPPFLAGS = -I$(top_srcdir)/include
share_afterburner_bare_loader_CFLAGS = $(TARGET_CFLAGS)
share_afterburner_bare_loader_CCASFLAGS = -m32 -I$(top_srcdir)/hypervisor-backends/bare/loader
share_afterburner_bare_loader_LDFLAGS = $(TARGET_LDFLAGS) \
	-Wl,-T,$(top_srcdir)/hypervisor-backends/bare/loader/loader.lds
share_afterburner_bare_loader_DEPENDENCIES = hypervisor-backends/bare/loader/loader.lds
EXTRA_DIST += hypervisor-backends/bare/loader/loader.lds hypervisor-backends/bare/README

pkglibexec_PROGRAMS += libexec/afterburner/afterburn-run
libexec_afterburner_afterburn_run_SOURCES = hypervisor-backends/bare/run/run.c \
	hypervisor-backends/bare/run/backend.c hypervisor-backends/l4/command/run.c \
	hypervisor-backends/l4/command/parts.c hypervisor-backends/l4/command/parts.h \
	hypervisor-backends/bare/run/ports.c hypervisor-backends/bare/run/options.c \
	hypervisor-backends/bare/run/image.c \
	hypervisor-backends/bare/run/machine.c hypervisor-backends/bare/run/session.c \
	hypervisor-backends/bare/run/reports.c \
	hypervisor-backends/bare/run/run.h
libexec_afterburner_afterburn_run_CPPFLAGS = $(AB_CPPFLAGS) \
	-I$(top_srcdir)/samples/rootfs -I$(top_srcdir)/hypervisor-backends/bare/run \
	-I$(top_srcdir)/hypervisor-backends/l4/command \
	-I$(top_srcdir)/linker/core -I$(top_srcdir)/linker/load
libexec_afterburner_afterburn_run_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_run_LDADD = linker/load/libabload.a linker/core/libabbind.a \
	libabnewc.a libabhost.a -lutil
dist_man_MANS += doc/man/afterburn-run.1 doc/man/afterburn-rootfs.1
include $(srcdir)/hypervisor-backends/bare/ring0/local.mk
