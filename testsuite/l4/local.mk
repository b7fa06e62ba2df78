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

# The resource monitor's own source, in a process of 32 bits.
check_PROGRAMS += testsuite/l4/shares.t
TESTS += testsuite/l4/shares.t
testsuite_l4_shares_t_SOURCES = testsuite/l4/shares-test.c testsuite/l4/shares-counter.c \
	testsuite/l4/shares-counter.h $(L4U)/resourcemon/shares.h
testsuite_l4_shares_t_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS) -I$(top_srcdir)/$(L4U)
testsuite_l4_shares_t_CFLAGS = $(AB_CFLAGS) -m32 -fno-pie
testsuite_l4_shares_t_LDFLAGS = -static -no-pie

check_PROGRAMS += testsuite/l4/server.t
TESTS += testsuite/l4/server.t
testsuite_l4_server_t_SOURCES = testsuite/l4/server-test.c $(L4U)/resourcemon/server.c \
	$(L4U)/resourcemon/server.h
testsuite_l4_server_t_CPPFLAGS = $(testsuite_l4_shares_t_CPPFLAGS)
testsuite_l4_server_t_CFLAGS = $(testsuite_l4_shares_t_CFLAGS)
testsuite_l4_server_t_LDFLAGS = $(testsuite_l4_shares_t_LDFLAGS)
