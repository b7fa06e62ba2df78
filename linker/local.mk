# SPDX-License-Identifier: GPL-3.0-or-later
include $(srcdir)/linker/records/local.mk
include $(srcdir)/linker/core/local.mk
include $(srcdir)/linker/load/local.mk
include $(srcdir)/linker/tool/local.mk
