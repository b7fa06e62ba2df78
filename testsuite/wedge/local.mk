# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += testsuite/wedge/samples.t testsuite/wedge/linux.t
EXTRA_DIST += testsuite/wedge/README testsuite/wedge/wedge.sh testsuite/wedge/samples.t \
	testsuite/wedge/linux.t testsuite/wedge/guest/boundaries.c testsuite/wedge/guest/ticks.c \
	testsuite/wedge/guest/beyond.c testsuite/wedge/guest/steps.c testsuite/wedge/guest/floating.c \
	testsuite/wedge/guest/remembered.h \
	$(REMEMBERED_FILES)

# One file, run natively and bound.
BOUNDARIES = $(SAMPLE_COMMON) testsuite/wedge/guest/boundaries.c
check_DATA += testsuite/wedge/boundaries
CLEANFILES += testsuite/wedge/boundaries
testsuite/wedge/boundaries: $(BOUNDARIES) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(BOUNDARIES:%=$(top_srcdir)/%)

TICKS = $(SAMPLE_COMMON) testsuite/wedge/guest/ticks.c
check_DATA += testsuite/wedge/ticks
CLEANFILES += testsuite/wedge/ticks
testsuite/wedge/ticks: $(TICKS) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(TICKS:%=$(top_srcdir)/%)

STEPS = $(SAMPLE_COMMON) testsuite/wedge/guest/steps.c
check_DATA += testsuite/wedge/steps
CLEANFILES += testsuite/wedge/steps
testsuite/wedge/steps: $(STEPS) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(STEPS:%=$(top_srcdir)/%)

BEYOND = $(SAMPLE_COMMON) testsuite/wedge/guest/beyond.c
check_DATA += testsuite/wedge/beyond
CLEANFILES += testsuite/wedge/beyond
testsuite/wedge/beyond: $(BEYOND) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(BEYOND:%=$(top_srcdir)/%)

FLOATING = $(SAMPLE_COMMON) testsuite/wedge/guest/floating.c
check_DATA += testsuite/wedge/floating
CLEANFILES += testsuite/wedge/floating
testsuite/wedge/floating: $(FLOATING) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(FLOATING:%=$(top_srcdir)/%)

REMEMBERED_FILES = testsuite/wedge/guest/remembered.c testsuite/wedge/guest/gates.c \
	testsuite/wedge/guest/rounds.c testsuite/wedge/guest/permissions.c \
	testsuite/wedge/guest/control.c testsuite/wedge/guest/translations.c testsuite/wedge/guest/world.c
REMEMBERED = $(SAMPLE_COMMON) $(REMEMBERED_FILES)
check_DATA += testsuite/wedge/remembered
CLEANFILES += testsuite/wedge/remembered
testsuite/wedge/remembered: $(REMEMBERED) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/wedge && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(REMEMBERED:%=$(top_srcdir)/%)
