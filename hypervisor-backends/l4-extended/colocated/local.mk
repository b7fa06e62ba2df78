# SPDX-License-Identifier: GPL-3.0-or-later
# The co-located layout: what of the baseline backend stays true, and a space for each guest
# space with the kernel in it.
noinst_LIBRARIES += hypervisor-backends/l4-extended/colocated/libl4co.a
hypervisor_backends_l4_extended_colocated_libl4co_a_SOURCES = $(L4VM_SHARED) $(L4X_SHARED) \
	hypervisor-backends/l4-extended/colocated/colocated.h \
	hypervisor-backends/l4-extended/colocated/fpu.c \
	hypervisor-backends/l4-extended/colocated/helper.c \
	hypervisor-backends/l4-extended/colocated/interrupt.c \
	hypervisor-backends/l4-extended/colocated/master.c \
	hypervisor-backends/l4-extended/colocated/memory.c \
	hypervisor-backends/l4-extended/colocated/pager.c \
	hypervisor-backends/l4-extended/colocated/policy.h \
	hypervisor-backends/l4-extended/colocated/small-program.S \
	hypervisor-backends/l4-extended/colocated/switch.S \
	hypervisor-backends/l4-extended/colocated/user.c
hypervisor_backends_l4_extended_colocated_libl4co_a_CPPFLAGS = $(L4X_CPPFLAGS)
hypervisor_backends_l4_extended_colocated_libl4co_a_CFLAGS = $(L4U_CFLAGS)
hypervisor_backends_l4_extended_colocated_libl4co_a_CCASFLAGS = -m32 \
	-I. -I$(top_srcdir)/hypervisor-backends/l4-baseline
L4X_CO_LIBS = hypervisor-backends/l4-extended/colocated/libl4co.a lib/afterburner/l4/libl4.a -lgcc
L4X_CO_LINK_DEPS = hypervisor-backends/l4-extended/colocated/libl4co.a lib/afterburner/l4/libl4.a \
	$(top_srcdir)/hypervisor-backends/l4-baseline/l4vm.lds
EXTRA_DIST += hypervisor-backends/l4-extended/colocated/README \
	hypervisor-backends/l4-extended/colocated/small.lds

# The interrupt thread as a program of its own, which the wedge carries.
noinst_PROGRAMS += hypervisor-backends/l4-extended/colocated/small
hypervisor_backends_l4_extended_colocated_small_SOURCES = \
	hypervisor-backends/l4-extended/colocated/small-entry.S \
	hypervisor-backends/l4-extended/colocated/interrupt.c \
	hypervisor-backends/l4-extended/colocated/small.c \
	hypervisor-backends/l4-extended/preempt.c
hypervisor_backends_l4_extended_colocated_small_CPPFLAGS = $(L4X_CPPFLAGS)
hypervisor_backends_l4_extended_colocated_small_CFLAGS = $(L4U_CFLAGS)
hypervisor_backends_l4_extended_colocated_small_CCASFLAGS = -m32 \
	-I$(top_srcdir)/hypervisor-backends/l4-baseline
hypervisor_backends_l4_extended_colocated_small_LDFLAGS = $(TARGET_LDFLAGS) \
	-Wl,-T,$(top_srcdir)/hypervisor-backends/l4-extended/colocated/small.lds
hypervisor_backends_l4_extended_colocated_small_LDADD = lib/afterburner/l4/libl4.a -lgcc
hypervisor_backends_l4_extended_colocated_small_DEPENDENCIES = lib/afterburner/l4/libl4.a \
	$(top_srcdir)/hypervisor-backends/l4-extended/colocated/small.lds
hypervisor-backends/l4-extended/colocated/small.bin: hypervisor-backends/l4-extended/colocated/small
	$(AM_V_GEN)objcopy -O binary $< $@
CLEANFILES += hypervisor-backends/l4-extended/colocated/small.bin
hypervisor-backends/l4-extended/colocated/libl4co_a-small-program.$(OBJEXT): \
	hypervisor-backends/l4-extended/colocated/small.bin

target_PROGRAMS += share/afterburner/wedge-l4x-colocated
share_afterburner_wedge_l4x_colocated_SOURCES = hypervisor-backends/l4-baseline/load.c
share_afterburner_wedge_l4x_colocated_CPPFLAGS = $(L4X_CPPFLAGS) \
	-DL4VM_HYPERVISOR='"l4x-colocated"' -I$(top_srcdir)/linker/core \
	-I$(top_srcdir)/linker/load -I$(top_srcdir)/runtime-wedge/cpu
share_afterburner_wedge_l4x_colocated_CFLAGS = $(L4U_CFLAGS)
share_afterburner_wedge_l4x_colocated_LDFLAGS = $(L4VM_LD)
L4X_CO_WEDGE_LIBS = hypervisor-backends/l4-extended/colocated/libl4co.a lib/afterburner/l4/libl4.a \
	runtime-wedge/cpu/libcpu.a runtime-wedge/mmu/libmmu.a runtime-wedge/device/libdevice.a \
	linker/load/libabload32.a linker/core/libabbind32.a
share_afterburner_wedge_l4x_colocated_LDADD = $(L4X_CO_WEDGE_LIBS) $(L4X_CO_WEDGE_LIBS) -lgcc
share_afterburner_wedge_l4x_colocated_DEPENDENCIES = $(L4X_CO_WEDGE_LIBS) $(L4X_CO_LINK_DEPS)
