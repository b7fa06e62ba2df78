# SPDX-License-Identifier: GPL-3.0-or-later
# The backend interface on bare IA-32, as a library a wedge is linked with.
noinst_LIBRARIES += hypervisor-backends/bare/ring0/libring0.a
hypervisor_backends_bare_ring0_libring0_a_SOURCES = \
	hypervisor-backends/bare/ring0/entry.S hypervisor-backends/bare/ring0/console.c \
	hypervisor-backends/bare/ring0/event.c hypervisor-backends/bare/ring0/memory.c \
	hypervisor-backends/bare/ring0/start.c hypervisor-backends/bare/ring0/tables.c \
	hypervisor-backends/bare/ring0/trap.c hypervisor-backends/bare/ring0/ring0.h
hypervisor_backends_bare_ring0_libring0_a_CPPFLAGS = $(AB_CPPFLAGS)
hypervisor_backends_bare_ring0_libring0_a_CFLAGS = $(TARGET_CFLAGS)
hypervisor_backends_bare_ring0_libring0_a_CCASFLAGS = -m32
EXTRA_DIST += hypervisor-backends/bare/ring0/README hypervisor-backends/bare/ring0/ring0.lds hypervisor-backends/bare/ring0/guest.c

# The whole wedge on it, with a loader for its guest: for development and tests.
noinst_PROGRAMS += hypervisor-backends/bare/ring0/wedge
hypervisor_backends_bare_ring0_wedge_SOURCES = hypervisor-backends/bare/ring0/guest.c
hypervisor_backends_bare_ring0_wedge_CPPFLAGS = $(WEDGE_CPPFLAGS)
hypervisor_backends_bare_ring0_wedge_CFLAGS = $(TARGET_CFLAGS)
hypervisor_backends_bare_ring0_wedge_LDFLAGS = $(TARGET_LDFLAGS) \
	-Wl,-T,$(top_srcdir)/hypervisor-backends/bare/ring0/ring0.lds
WEDGE_LIBS = runtime-wedge/cpu/libcpu.a runtime-wedge/mmu/libmmu.a \
	runtime-wedge/device/libdevice.a linker/load/libabload32.a linker/core/libabbind32.a
hypervisor_backends_bare_ring0_wedge_LDADD = hypervisor-backends/bare/ring0/libring0.a \
	$(WEDGE_LIBS) hypervisor-backends/bare/ring0/libring0.a runtime-wedge/cpu/libcpu.a -lgcc
hypervisor_backends_bare_ring0_wedge_DEPENDENCIES = hypervisor-backends/bare/ring0/libring0.a \
	$(WEDGE_LIBS) hypervisor-backends/bare/ring0/ring0.lds
