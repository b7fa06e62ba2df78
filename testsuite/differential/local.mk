# SPDX-License-Identifier: GPL-3.0-or-later
# One file, run natively and bound: a sample kernel of the test's own.
DIFFERENTIAL_C = $(SAMPLE_COMMON) testsuite/differential/main.c testsuite/differential/generate.c \
	testsuite/differential/inline.c testsuite/differential/world.c testsuite/differential/execute.S \
	testsuite/differential/forms.S testsuite/differential/scenes.S
DIFFERENTIAL_H = testsuite/differential/differential.h testsuite/differential/layout.h
DIFFERENTIAL = testsuite/differential/differential
check_DATA += $(DIFFERENTIAL)
CLEANFILES += $(DIFFERENTIAL)
EXTRA_DIST += $(DIFFERENTIAL_C) $(DIFFERENTIAL_H) testsuite/differential/README

$(DIFFERENTIAL): $(DIFFERENTIAL_C) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/differential && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -I$(top_srcdir)/testsuite/differential -o $@ \
		$(DIFFERENTIAL_C:%=$(top_srcdir)/%)
TESTS += testsuite/differential/plain.t testsuite/differential/segments.t
EXTRA_DIST += testsuite/differential/plain.t testsuite/differential/segments.t testsuite/differential/lib.sh \
	testsuite/differential/compare
