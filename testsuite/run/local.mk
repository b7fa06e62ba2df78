# SPDX-License-Identifier: GPL-3.0-or-later
RUN_TESTS = testsuite/run/errors.t testsuite/run/l4.t testsuite/run/l4ka.t testsuite/run/l4-vms.t testsuite/run/l4-shares.t testsuite/run/l4-ports.t \
	testsuite/run/l4-requests.t \
	testsuite/run/l4-guests.t testsuite/run/l4-monitor.t \
	testsuite/run/l4-records.t testsuite/run/l4x-split.t \
	testsuite/run/l4x-colocated.t testsuite/run/control-line.t testsuite/run/waits.t testsuite/run/boot.t \
	testsuite/run/bochs.t testsuite/run/samples.t testsuite/run/rootfs.t testsuite/run/rootfs-glibc.t
TESTS += $(RUN_TESTS)
EXTRA_DIST += $(RUN_TESTS) testsuite/run/run.sh testsuite/run/README

ENDS = $(SAMPLE_COMMON) testsuite/run/guest/ends.c
EXTRA_DIST += testsuite/run/guest/ends.c
check_DATA += testsuite/run/ends
CLEANFILES += testsuite/run/ends
testsuite/run/ends: $(ENDS) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/run && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(ENDS:%=$(top_srcdir)/%)

COMPUTES = $(SAMPLE_COMMON) testsuite/run/guest/computes.c
EXTRA_DIST += testsuite/run/guest/computes.c
check_DATA += testsuite/run/computes
CLEANFILES += testsuite/run/computes
testsuite/run/computes: $(COMPUTES) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/run && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(COMPUTES:%=$(top_srcdir)/%)

CLOCKS = $(SAMPLE_COMMON) testsuite/run/guest/clocks.c
EXTRA_DIST += testsuite/run/guest/clocks.c
check_DATA += testsuite/run/clocks
CLEANFILES += testsuite/run/clocks
testsuite/run/clocks: $(CLOCKS) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/run && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(CLOCKS:%=$(top_srcdir)/%)

PORTS = $(SAMPLE_COMMON) testsuite/run/guest/ports.c
EXTRA_DIST += testsuite/run/guest/ports.c
check_DATA += testsuite/run/ports
CLEANFILES += testsuite/run/ports
testsuite/run/ports: $(PORTS) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/run && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(PORTS:%=$(top_srcdir)/%)

TOUCHES = $(SAMPLE_COMMON) testsuite/run/guest/touches.c
EXTRA_DIST += testsuite/run/guest/touches.c
check_DATA += testsuite/run/touches
CLEANFILES += testsuite/run/touches
testsuite/run/touches: $(TOUCHES) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) testsuite/run && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(TOUCHES:%=$(top_srcdir)/%)
