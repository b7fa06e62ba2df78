# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += testsuite/wedge/samples.t testsuite/wedge/linux.t
EXTRA_DIST += testsuite/wedge/README testsuite/wedge/wedge.sh testsuite/wedge/samples.t \
	testsuite/wedge/linux.t
