# SPDX-License-Identifier: GPL-3.0-or-later
# The backend interface on L4 with the thesis' extensions: what its two layouts share.
L4X_SHARED = \
	hypervisor-backends/l4-extended/breakpoint.c \
	hypervisor-backends/l4-extended/l4xvm.h \
	hypervisor-backends/l4-extended/preempt.c \
	hypervisor-backends/l4-extended/segment.c \
	hypervisor-backends/l4-extended/transfer.c \
	hypervisor-backends/l4-extended/transfer.h
L4X_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS) -I$(top_srcdir)/hypervisor-backends/l4-extended \
	-I$(top_srcdir)/hypervisor-backends/l4-baseline
EXTRA_DIST += hypervisor-backends/l4-extended/README
include $(srcdir)/hypervisor-backends/l4-extended/split/local.mk
include $(srcdir)/hypervisor-backends/l4-extended/colocated/local.mk
