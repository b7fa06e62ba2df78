# SPDX-License-Identifier: GPL-3.0-or-later
#
# The loader, freestanding; it shares the kernel's console and KIP layout.
L4B = hypervisor-backends/l4/boot
l4kernel_PROGRAMS += lib/afterburner/l4/loader
lib_afterburner_l4_loader_SOURCES = \
	$(L4B)/start.S \
	$(L4B)/bootinfo.c \
	$(L4B)/elf.c \
	$(L4B)/loader.c \
	$(L4B)/loader.h \
	$(L4B)/ranges.c \
	$(L4K)/console.c \
	$(L4K)/lib.c
lib_afterburner_l4_loader_CPPFLAGS = -I$(top_srcdir)/$(L4B) $(L4K_CPPFLAGS)
# For any processor, so that it can say which one is needed.
lib_afterburner_l4_loader_CFLAGS = $(L4K_CFLAGS) -march=i386
lib_afterburner_l4_loader_CCASFLAGS = $(L4K_CCASFLAGS)
lib_afterburner_l4_loader_LDFLAGS = $(TARGET_LDFLAGS) -Wl,-n -Wl,-T,$(top_srcdir)/$(L4B)/loader.ld
lib_afterburner_l4_loader_DEPENDENCIES = $(top_srcdir)/$(L4B)/loader.ld
EXTRA_DIST += $(L4B)/loader.ld $(L4B)/README

# A root task that tries thread limits; meaningful in full under bochs.
l4kernel_PROGRAMS += lib/afterburner/l4/l4-limits
lib_afterburner_l4_l4_limits_SOURCES = \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	testsuite/l4/l4-limits/limits.h \
	testsuite/l4/l4-limits/main.c \
	testsuite/l4/l4-limits/small.c
lib_afterburner_l4_l4_limits_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_limits_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_limits_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_limits_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_limits_DEPENDENCIES = $(L4U_LINK_DEPS)

# A root task for which kernel memory runs out.
l4kernel_PROGRAMS += lib/afterburner/l4/l4-memory
lib_afterburner_l4_l4_memory_SOURCES = \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	testsuite/l4/l4-memory/main.c
lib_afterburner_l4_l4_memory_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_memory_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_memory_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_memory_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_memory_DEPENDENCIES = $(L4U_LINK_DEPS)
L4_BOOT_TESTS = \
	testsuite/l4/iso.t \
	testsuite/l4/limits-bochs.t \
	testsuite/l4/limits.t \
	testsuite/l4/memory.t \
	testsuite/l4/smallspaces-bochs.t
TESTS += $(L4_BOOT_TESTS)
EXTRA_DIST += $(L4_BOOT_TESTS)
