# SPDX-License-Identifier: GPL-3.0-or-later
#
# The bare backend: a guest on the (emulated) machine itself, nothing between.
# loader/ starts a guest, ring0/ carries one.
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
include $(srcdir)/hypervisor-backends/bare/ring0/local.mk
