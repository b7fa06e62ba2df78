# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each suite lists its own tests.  A test is one program or script that prints
# TAP (or KTAP inside a guest) and is named for the behaviour it proves.
include $(srcdir)/testsuite/quickstart/local.mk
include $(srcdir)/testsuite/pass/local.mk
include $(srcdir)/testsuite/plugin/local.mk
include $(srcdir)/testsuite/driver/local.mk
include $(srcdir)/testsuite/records/local.mk
include $(srcdir)/testsuite/audit/local.mk
include $(srcdir)/testsuite/run/local.mk
include $(srcdir)/testsuite/smoke/local.mk
include $(srcdir)/testsuite/programs/local.mk
include $(srcdir)/testsuite/soak/local.mk
include $(srcdir)/testsuite/stall/local.mk
include $(srcdir)/testsuite/bench/local.mk
include $(srcdir)/testsuite/l4/local.mk
include $(srcdir)/testsuite/binder/local.mk
include $(srcdir)/testsuite/load/local.mk
include $(srcdir)/testsuite/scribble/local.mk
include $(srcdir)/testsuite/backend/local.mk
include $(srcdir)/testsuite/mmu/local.mk
include $(srcdir)/testsuite/device/local.mk
include $(srcdir)/testsuite/differential/local.mk
include $(srcdir)/testsuite/wedge/local.mk
include $(srcdir)/testsuite/isolation/local.mk
include $(srcdir)/testsuite/long/local.mk
