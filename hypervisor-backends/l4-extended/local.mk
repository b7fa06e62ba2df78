# SPDX-License-Identifier: GPL-3.0-or-later
# The backend interface on L4 with the thesis' extensions, in two layouts.
noinst_LIBRARIES += hypervisor-backends/l4-extended/libl4x.a
hypervisor_backends_l4_extended_libl4x_a_SOURCES = \
	hypervisor-backends/l4-extended/transfer.c \
	hypervisor-backends/l4-extended/transfer.h
hypervisor_backends_l4_extended_libl4x_a_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS)
hypervisor_backends_l4_extended_libl4x_a_CFLAGS = $(L4U_CFLAGS)
EXTRA_DIST += hypervisor-backends/l4-extended/README
