# SPDX-License-Identifier: GPL-3.0-or-later
#
# Programs that tax a guest; each prints the same wherever Linux runs.
guest_PROGRAMS += share/afterburner/guest/signals share/afterburner/guest/sharing \
	share/afterburner/guest/spaces share/afterburner/guest/sparse share/afterburner/guest/highmem \
	share/afterburner/guest/tls share/afterburner/guest/privileges share/afterburner/guest/breakpoints
PROGRAMS_CPPFLAGS = $(GUEST_CPPFLAGS) -I$(top_srcdir)/testsuite/programs
share_afterburner_guest_signals_SOURCES = testsuite/programs/signals.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_signals_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_signals_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_signals_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_signals_LDADD = -lgcc
share_afterburner_guest_sharing_SOURCES = testsuite/programs/sharing.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_sharing_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_sharing_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_sharing_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_sharing_LDADD = -lgcc
share_afterburner_guest_spaces_SOURCES = testsuite/programs/spaces.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_spaces_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_spaces_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_spaces_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_spaces_LDADD = -lgcc
share_afterburner_guest_sparse_SOURCES = testsuite/programs/sparse.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_sparse_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_sparse_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_sparse_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_sparse_LDADD = -lgcc
share_afterburner_guest_highmem_SOURCES = testsuite/programs/highmem.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_highmem_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_highmem_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_highmem_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_highmem_LDADD = -lgcc
share_afterburner_guest_tls_SOURCES = testsuite/programs/tls.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_tls_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_tls_CFLAGS = $(GUEST_CFLAGS) -mno-tls-direct-seg-refs
share_afterburner_guest_tls_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_tls_LDADD = -lgcc
share_afterburner_guest_privileges_SOURCES = testsuite/programs/privileges.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_privileges_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_privileges_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_privileges_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_privileges_LDADD = -lgcc
share_afterburner_guest_breakpoints_SOURCES = testsuite/programs/breakpoints.c testsuite/programs/programs.h $(GUEST_RUNTIME)
share_afterburner_guest_breakpoints_CPPFLAGS = $(PROGRAMS_CPPFLAGS)
share_afterburner_guest_breakpoints_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_breakpoints_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_breakpoints_LDADD = -lgcc
TESTS += testsuite/programs/programs.t testsuite/programs/sparse.t
EXTRA_DIST += testsuite/programs/programs.t testsuite/programs/sparse.t testsuite/programs/README
