# SPDX-License-Identifier: GPL-3.0-or-later
# The backend interface on baseline L4 X.2, as a library a wedge is linked with.
# What is the same in every layout ...
L4VM_SHARED = \
	hypervisor-backends/l4-baseline/entry.S \
	hypervisor-backends/l4-baseline/event.c \
	hypervisor-backends/l4-baseline/exception.h \
	hypervisor-backends/l4-baseline/fresh.c \
	hypervisor-backends/l4-baseline/fresh.h \
	hypervisor-backends/l4-baseline/l4vm.h \
	hypervisor-backends/l4-baseline/layout.h \
	hypervisor-backends/l4-baseline/mapping.c \
	hypervisor-backends/l4-baseline/mapping.h \
	hypervisor-backends/l4-baseline/reclaim.c \
	hypervisor-backends/l4-baseline/reclaim.h \
	hypervisor-backends/l4-baseline/shadow.c \
	hypervisor-backends/l4-baseline/shadow.h \
	hypervisor-backends/l4-baseline/shared.h \
	hypervisor-backends/l4-baseline/start.c \
	hypervisor-backends/l4-baseline/timer.c \
	hypervisor-backends/l4-baseline/timer.h \
	hypervisor-backends/l4-baseline/trap.c \
	hypervisor-backends/l4-baseline/user-fault.c \
	hypervisor-backends/l4-baseline/user-fault.h
# ... and where the guest kernel has a space of its own.
L4VM_OWN_SPACE = \
	hypervisor-backends/l4-baseline/awake.c \
	hypervisor-backends/l4-baseline/awake.h \
	hypervisor-backends/l4-baseline/fpu.c \
	hypervisor-backends/l4-baseline/fpu.h \
	hypervisor-backends/l4-baseline/helper.c \
	hypervisor-backends/l4-baseline/helper.h \
	hypervisor-backends/l4-baseline/main-fault.c \
	hypervisor-backends/l4-baseline/main-fault.h \
	hypervisor-backends/l4-baseline/memory.c \
	hypervisor-backends/l4-baseline/quirks.c \
	hypervisor-backends/l4-baseline/quirks.h \
	hypervisor-backends/l4-baseline/pager.h \
	hypervisor-backends/l4-baseline/stubs.S \
	hypervisor-backends/l4-baseline/stubs.h \
	hypervisor-backends/l4-baseline/user.h \
	hypervisor-backends/l4-baseline/user-stub.c

noinst_LIBRARIES += hypervisor-backends/l4-baseline/libl4vm.a
hypervisor_backends_l4_baseline_libl4vm_a_SOURCES = $(L4VM_SHARED) $(L4VM_OWN_SPACE) \
	hypervisor-backends/l4-baseline/fpu-stub.c \
	hypervisor-backends/l4-baseline/monitor.c \
	hypervisor-backends/l4-baseline/pager.c \
	hypervisor-backends/l4-baseline/user.c
hypervisor_backends_l4_baseline_libl4vm_a_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS)
hypervisor_backends_l4_baseline_libl4vm_a_CFLAGS = $(L4U_CFLAGS)
hypervisor_backends_l4_baseline_libl4vm_a_CCASFLAGS = -m32 -I$(top_srcdir)/hypervisor-backends/l4-baseline
L4VM_LD = $(TARGET_LDFLAGS) -Wl,-T,$(top_srcdir)/hypervisor-backends/l4-baseline/l4vm.lds
L4VM_LIBS = hypervisor-backends/l4-baseline/libl4vm.a lib/afterburner/l4/libl4.a -lgcc
L4VM_LINK_DEPS = hypervisor-backends/l4-baseline/libl4vm.a lib/afterburner/l4/libl4.a $(top_srcdir)/hypervisor-backends/l4-baseline/l4vm.lds
EXTRA_DIST += hypervisor-backends/l4-baseline/README hypervisor-backends/l4-baseline/l4vm.lds

# The wedge: this backend and the front end.  The parts call one another both ways.
target_PROGRAMS += share/afterburner/wedge-l4
share_afterburner_wedge_l4_SOURCES = hypervisor-backends/l4-baseline/load.c
share_afterburner_wedge_l4_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS) -DL4VM_HYPERVISOR='"l4"' \
	-I$(top_srcdir)/linker/core -I$(top_srcdir)/linker/load -I$(top_srcdir)/runtime-wedge/cpu
share_afterburner_wedge_l4_CFLAGS = $(L4U_CFLAGS)
share_afterburner_wedge_l4_LDFLAGS = $(L4VM_LD)
L4VM_WEDGE_LIBS = hypervisor-backends/l4-baseline/libl4vm.a lib/afterburner/l4/libl4.a \
	runtime-wedge/cpu/libcpu.a runtime-wedge/mmu/libmmu.a runtime-wedge/device/libdevice.a \
	linker/load/libabload32.a linker/core/libabbind32.a
share_afterburner_wedge_l4_LDADD = $(L4VM_WEDGE_LIBS) $(L4VM_WEDGE_LIBS) -lgcc
share_afterburner_wedge_l4_DEPENDENCIES = $(L4VM_WEDGE_LIBS) $(L4VM_LINK_DEPS)
