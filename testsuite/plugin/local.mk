# SPDX-License-Identifier: GPL-3.0-or-later
plugin_tests = testsuite/plugin/liveness.t testsuite/plugin/scribble.t \
	testsuite/plugin/unchanged.t testsuite/plugin/templates.t \
	testsuite/plugin/pagetables.t testsuite/plugin/blocks.t \
	testsuite/plugin/devices.t testsuite/plugin/iomem.t testsuite/plugin/hook.t testsuite/plugin/notes.t \
	testsuite/plugin/rmw.t testsuite/plugin/arguments.t testsuite/plugin/records.t
TESTS += $(plugin_tests)
EXTRA_DIST += $(plugin_tests) testsuite/plugin/lib.sh testsuite/plugin/README
