# SPDX-License-Identifier: GPL-3.0-or-later
# Contracts only: what two parts promise each other, freestanding C.
abincludedir = $(includedir)/afterburn
abinclude_HEADERS = include/afterburn/record.h include/afterburn/insn.h include/afterburn/bound.h \
	include/afterburn/wedge.h include/afterburn/backend.h include/afterburn/vm.h include/afterburn/port.h \
	include/afterburn/without.h include/afterburn/ports.h
