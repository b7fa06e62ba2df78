# SPDX-License-Identifier: GPL-3.0-or-later
TESTS += testsuite/driver/dispatcher.t testsuite/driver/options.t testsuite/driver/image.t testsuite/driver/cc-flags.t \
	testsuite/driver/cc-real.t testsuite/driver/cc-refusals.t \
	testsuite/driver/make-tree.t testsuite/driver/layout.t \
	testsuite/driver/completion.t testsuite/driver/vdso.t
EXTRA_DIST += testsuite/driver/dispatcher.t testsuite/driver/options.t testsuite/driver/image.t testsuite/driver/cc-flags.t \
	testsuite/driver/cc-real.t testsuite/driver/cc-refusals.t \
	testsuite/driver/make-tree.t testsuite/driver/layout.t \
	testsuite/driver/completion.t testsuite/driver/vdso.t \
	testsuite/driver/lib.sh testsuite/driver/tree.sh testsuite/driver/README
