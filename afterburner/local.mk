# SPDX-License-Identifier: GPL-3.0-or-later
include $(srcdir)/afterburner/host/local.mk
include $(srcdir)/afterburner/as/local.mk
include $(srcdir)/afterburner/plugin/local.mk
include $(srcdir)/afterburner/driver/local.mk
