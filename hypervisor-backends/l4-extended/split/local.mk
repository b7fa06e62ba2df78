# SPDX-License-Identifier: GPL-3.0-or-later
# The split layout: what of the baseline backend stays true, and what the extensions replace.
noinst_LIBRARIES += hypervisor-backends/l4-extended/split/libl4xvm.a
hypervisor_backends_l4_extended_split_libl4xvm_a_SOURCES = $(L4VM_SHARED) $(L4VM_OWN_SPACE) $(L4X_SHARED) \
	hypervisor-backends/l4-extended/split/fpu.c \
	hypervisor-backends/l4-extended/split/monitor.c \
	hypervisor-backends/l4-extended/split/user.c
hypervisor_backends_l4_extended_split_libl4xvm_a_CPPFLAGS = $(L4X_CPPFLAGS)
hypervisor_backends_l4_extended_split_libl4xvm_a_CFLAGS = $(L4U_CFLAGS)
hypervisor_backends_l4_extended_split_libl4xvm_a_CCASFLAGS = -m32 -I$(top_srcdir)/hypervisor-backends/l4-baseline
L4X_SPLIT_TEST_LIBS = hypervisor-backends/l4-extended/split/libl4xvm.a lib/afterburner/l4/libl4.a -lgcc
L4X_SPLIT_LINK_DEPS = hypervisor-backends/l4-extended/split/libl4xvm.a lib/afterburner/l4/libl4.a \
	$(top_srcdir)/hypervisor-backends/l4-baseline/l4vm.lds
EXTRA_DIST += hypervisor-backends/l4-extended/split/README

target_PROGRAMS += share/afterburner/wedge-l4x-split
share_afterburner_wedge_l4x_split_SOURCES = hypervisor-backends/l4-baseline/load.c
share_afterburner_wedge_l4x_split_CPPFLAGS = $(L4X_CPPFLAGS) -DL4VM_HYPERVISOR='"l4x-split"' \
	-I$(top_srcdir)/linker/core -I$(top_srcdir)/linker/load -I$(top_srcdir)/runtime-wedge/cpu
share_afterburner_wedge_l4x_split_CFLAGS = $(L4U_CFLAGS)
share_afterburner_wedge_l4x_split_LDFLAGS = $(L4VM_LD)
L4X_SPLIT_LIBS = hypervisor-backends/l4-extended/split/libl4xvm.a lib/afterburner/l4/libl4.a \
	runtime-wedge/cpu/libcpu.a runtime-wedge/mmu/libmmu.a runtime-wedge/device/libdevice.a \
	linker/load/libabload32.a linker/core/libabbind32.a
share_afterburner_wedge_l4x_split_LDADD = $(L4X_SPLIT_LIBS) $(L4X_SPLIT_LIBS) -lgcc
share_afterburner_wedge_l4x_split_DEPENDENCIES = $(L4X_SPLIT_LIBS) $(top_srcdir)/hypervisor-backends/l4-baseline/l4vm.lds
