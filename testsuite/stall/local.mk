# SPDX-License-Identifier: GPL-3.0-or-later
#
# Threads of wedges that are stopped in the midst of what they do: the resource monitor, but for one file.
TESTS += testsuite/stall/stall.t
EXTRA_DIST += testsuite/stall/stall.t testsuite/stall/README

check_PROGRAMS += testsuite/stall/resourcemon
testsuite_stall_resourcemon_SOURCES = testsuite/stall/stall.c
testsuite_stall_resourcemon_CPPFLAGS = $(lib_afterburner_l4_resourcemon_CPPFLAGS) -I$(top_srcdir)/$(L4U)
testsuite_stall_resourcemon_CFLAGS = $(L4U_CFLAGS)
testsuite_stall_resourcemon_LDFLAGS = $(L4U_LD_ROOT)
testsuite_stall_resourcemon_LDADD = $(filter-out %-shares.$(OBJEXT),$(lib_afterburner_l4_resourcemon_OBJECTS)) $(L4U_LDADD)
testsuite_stall_resourcemon_DEPENDENCIES = $(lib_afterburner_l4_resourcemon_OBJECTS) $(L4U_LINK_DEPS)
