# SPDX-License-Identifier: GPL-3.0-or-later
L4_TESTS = \
	testsuite/l4/boot-errors.t \
	testsuite/l4/command.t \
	testsuite/l4/conformance-baseline.t \
	testsuite/l4/conformance-extended.t \
	testsuite/l4/coverage.t \
	testsuite/l4/events.t \
	testsuite/l4/conformance-switches.t \
	testsuite/l4/interrupts.t \
	testsuite/l4/pingpong.t \
	testsuite/l4/resourcemon.t \
	testsuite/l4/switches.t \
	testsuite/l4/torture-baseline.t \
	testsuite/l4/torture-extended.t
TESTS += $(L4_TESTS)
EXTRA_DIST += $(L4_TESTS) testsuite/l4/lib.sh testsuite/l4/bench-l4.sh testsuite/l4/lines.awk testsuite/l4/README
