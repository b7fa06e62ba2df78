# SPDX-License-Identifier: GPL-3.0-or-later
#
# The smoke suite: one guest program, run on every kernel and every backend.
# Its output on the machine itself is what every backend must print.
guest_PROGRAMS += share/afterburner/guest/smoke
share_afterburner_guest_smoke_SOURCES = testsuite/smoke/guest/main.c \
	testsuite/smoke/guest/process.c testsuite/smoke/guest/memory.c \
	testsuite/smoke/guest/signal.c testsuite/smoke/guest/io.c \
	testsuite/smoke/guest/machine.c testsuite/smoke/guest/smoke.h $(GUEST_RUNTIME)
share_afterburner_guest_smoke_CPPFLAGS = $(GUEST_CPPFLAGS) -I$(top_srcdir)/testsuite/smoke/guest
share_afterburner_guest_smoke_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_smoke_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_smoke_LDADD = -lgcc
TESTS += testsuite/smoke/smoke.t
EXTRA_DIST += testsuite/smoke/smoke.t testsuite/smoke/root.sh testsuite/smoke/README
