# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += testsuite/quickstart/preflight.t testsuite/quickstart/release.t testsuite/quickstart/depends.t testsuite/quickstart/summary.t
EXTRA_DIST += testsuite/quickstart/preflight.t testsuite/quickstart/release.t testsuite/quickstart/depends.t testsuite/quickstart/summary.t testsuite/quickstart/README
