# SPDX-License-Identifier: GPL-3.0-or-later
# Longer loads: what README here says.
EXTRA_DIST += testsuite/long/README testsuite/long/images.t
LONG_TESTS = testsuite/long/images.t testsuite/records/fuzz.t testsuite/run/l4-records.t \
	testsuite/l4/torture-baseline.t testsuite/l4/torture-extended.t \
	testsuite/differential/plain.t testsuite/differential/segments.t testsuite/soak/soak.t

check-long:
	AFTERBURN_LONG=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(LONG_TESTS)'
.PHONY: check-long
