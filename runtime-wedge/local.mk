# SPDX-License-Identifier: GPL-3.0-or-later
include $(srcdir)/runtime-wedge/cpu/local.mk
include $(srcdir)/runtime-wedge/mmu/local.mk
include $(srcdir)/runtime-wedge/device/local.mk
