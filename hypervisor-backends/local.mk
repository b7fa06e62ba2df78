# SPDX-License-Identifier: GPL-3.0-or-later
include $(srcdir)/hypervisor-backends/bare/local.mk
include $(srcdir)/hypervisor-backends/run/local.mk
include $(srcdir)/hypervisor-backends/l4/local.mk
include $(srcdir)/hypervisor-backends/l4-baseline/local.mk
include $(srcdir)/hypervisor-backends/l4-extended/local.mk
EXTRA_DIST += hypervisor-backends/port.h
