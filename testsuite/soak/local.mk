# SPDX-License-Identifier: GPL-3.0-or-later
#
# make soak [SOAK_SECONDS=N] [SOAK_PLATFORM=l4]: an hour of mixed load beside an idle guest; not in make check.
guest_PROGRAMS += share/afterburner/guest/soak
share_afterburner_guest_soak_SOURCES = testsuite/soak/soak.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_soak_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_soak_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_soak_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_soak_LDADD = -lgcc
SOAK_SECONDS = 3600
SOAK_PLATFORM = l4
soak: all
	$(top_srcdir)/testsuite/soak/soak.sh . $(SOAK_SECONDS) $(SOAK_PLATFORM)
.PHONY: soak
EXTRA_DIST += testsuite/soak/soak.t testsuite/soak/soak.sh testsuite/soak/counts.pl testsuite/soak/README
