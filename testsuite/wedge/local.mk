# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += testsuite/wedge/samples.t testsuite/wedge/linux.t
EXTRA_DIST += testsuite/wedge/README testsuite/wedge/wedge.sh testsuite/wedge/samples.t \
	testsuite/wedge/linux.t testsuite/wedge/guest/boundaries.c

# One file, run natively and bound.
BOUNDARIES = $(SAMPLE_COMMON) testsuite/wedge/guest/boundaries.c
check_DATA += testsuite/wedge/boundaries
CLEANFILES += testsuite/wedge/boundaries
testsuite/wedge/boundaries: $(BOUNDARIES) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(BOUNDARIES:%=$(top_srcdir)/%)
