# SPDX-License-Identifier: GPL-3.0-or-later
#
# Applications and guests that mean harm, on L4.
TESTS += testsuite/isolation/isolation.t testsuite/isolation/l4x-split.t testsuite/isolation/l4x-colocated.t testsuite/isolation/held.t
EXTRA_DIST += testsuite/isolation/held.t testsuite/isolation/l4x-split.t testsuite/isolation/l4x-colocated.t testsuite/isolation/isolation.t testsuite/isolation/guest.sh testsuite/isolation/README testsuite/isolation/guest/halt.c

check_PROGRAMS += testsuite/isolation/isolation
testsuite_isolation_isolation_SOURCES = testsuite/isolation/guest/main.c \
	testsuite/isolation/guest/plain.c testsuite/isolation/guest/l4.c \
	testsuite/isolation/guest/isolation.h $(GUEST_RUNTIME)
testsuite_isolation_isolation_CPPFLAGS = $(GUEST_CPPFLAGS) $(L4U_CPPFLAGS) \
	-I$(top_srcdir)/hypervisor-backends/l4-baseline
testsuite_isolation_isolation_CFLAGS = $(GUEST_CFLAGS)
testsuite_isolation_isolation_LDFLAGS = $(GUEST_LINK)
testsuite_isolation_isolation_LDADD = -lgcc

# Kernels that are lost.
LOST = testsuite/isolation/loop testsuite/isolation/triple testsuite/isolation/ports \
	testsuite/isolation/memory testsuite/isolation/shared \
	testsuite/isolation/hijack testsuite/isolation/seize testsuite/isolation/asks \
	testsuite/isolation/calls \
	testsuite/isolation/nonsense
LOST_FILES = $(SAMPLE_COMMON) testsuite/isolation/guest/halt.c
check_DATA += $(LOST)
CLEANFILES += $(LOST)
$(LOST): $(LOST_FILES) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/isolation && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) $(L4U_CPPFLAGS) -DEND=$(@F) -o $@ $(LOST_FILES:%=$(top_srcdir)/%)
