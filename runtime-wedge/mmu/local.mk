# SPDX-License-Identifier: GPL-3.0-or-later
# The virtual MMU, as a library a wedge is linked with.
AB_MMU_SOURCES = runtime-wedge/mmu/access.c runtime-wedge/mmu/cache.c runtime-wedge/mmu/check.c \
	runtime-wedge/mmu/mmu.c runtime-wedge/mmu/slots.c runtime-wedge/mmu/walk.c \
	runtime-wedge/mmu/cache.h runtime-wedge/mmu/mmu.h runtime-wedge/mmu/walk.h
noinst_LIBRARIES += runtime-wedge/mmu/libmmu.a
runtime_wedge_mmu_libmmu_a_SOURCES = $(AB_MMU_SOURCES)
runtime_wedge_mmu_libmmu_a_CPPFLAGS = $(AB_CPPFLAGS)
runtime_wedge_mmu_libmmu_a_CFLAGS = $(TARGET_CFLAGS)
EXTRA_DIST += runtime-wedge/mmu/README
