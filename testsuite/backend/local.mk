# SPDX-License-Identifier: GPL-3.0-or-later
BACKEND_TEST = testsuite/backend/ktap.c testsuite/backend/ktap.h testsuite/backend/contract.c
MACHINE_TEST = testsuite/backend/machine-test.c testsuite/backend/machine-user.c \
	testsuite/backend/machine-test.h

check_PROGRAMS += testsuite/backend/double.t testsuite/backend/ring0-test
TESTS += testsuite/backend/double.t testsuite/backend/ring0.t testsuite/backend/l4.t
EXTRA_DIST += testsuite/backend/README testsuite/backend/ring0.t testsuite/backend/l4.t

testsuite_backend_double_t_SOURCES = testsuite/backend/double-test.c testsuite/backend/double.c \
	testsuite/backend/double.h $(BACKEND_TEST)
testsuite_backend_double_t_CPPFLAGS = $(AB_CPPFLAGS)
testsuite_backend_double_t_CFLAGS = $(AB_CFLAGS)

testsuite_backend_ring0_test_SOURCES = $(MACHINE_TEST) $(BACKEND_TEST)
testsuite_backend_ring0_test_CPPFLAGS = $(AB_CPPFLAGS)
testsuite_backend_ring0_test_CFLAGS = $(TARGET_CFLAGS)
testsuite_backend_ring0_test_LDFLAGS = $(TARGET_LDFLAGS) \
	-Wl,-T,$(top_srcdir)/hypervisor-backends/bare/ring0/ring0.lds
testsuite_backend_ring0_test_LDADD = hypervisor-backends/bare/ring0/libring0.a -lgcc
testsuite_backend_ring0_test_DEPENDENCIES = hypervisor-backends/bare/ring0/libring0.a \
	hypervisor-backends/bare/ring0/ring0.lds

check_PROGRAMS += testsuite/backend/l4-test
testsuite_backend_l4_test_SOURCES = $(MACHINE_TEST) $(BACKEND_TEST) \
	hypervisor-backends/l4-baseline/module.c
testsuite_backend_l4_test_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS)
testsuite_backend_l4_test_CFLAGS = $(TARGET_CFLAGS)
testsuite_backend_l4_test_LDFLAGS = $(L4VM_LD)
testsuite_backend_l4_test_LDADD = $(L4VM_LIBS)
testsuite_backend_l4_test_DEPENDENCIES = $(L4VM_LINK_DEPS)

check_PROGRAMS += testsuite/backend/l4-isolation
TESTS += testsuite/backend/l4-isolation.t
EXTRA_DIST += testsuite/backend/l4-isolation.t
testsuite_backend_l4_isolation_SOURCES = testsuite/backend/l4-isolation.c \
	testsuite/backend/l4-repeats.c testsuite/backend/l4-spaces.c \
	testsuite/backend/ktap.c testsuite/backend/ktap.h hypervisor-backends/l4-baseline/module.c
testsuite_backend_l4_isolation_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS)
testsuite_backend_l4_isolation_CFLAGS = $(TARGET_CFLAGS) -O2
testsuite_backend_l4_isolation_LDFLAGS = $(L4VM_LD)
testsuite_backend_l4_isolation_LDADD = $(L4VM_LIBS)
testsuite_backend_l4_isolation_DEPENDENCIES = $(L4VM_LINK_DEPS)

check_PROGRAMS += testsuite/backend/l4x-colocated-test
TESTS += testsuite/backend/l4x-colocated.t
EXTRA_DIST += testsuite/backend/l4x-colocated.t
testsuite_backend_l4x_colocated_test_SOURCES = $(MACHINE_TEST) $(BACKEND_TEST) \
	hypervisor-backends/l4-baseline/module.c
testsuite_backend_l4x_colocated_test_CPPFLAGS = $(AB_CPPFLAGS) $(L4U_CPPFLAGS) \
	-I$(top_srcdir)/hypervisor-backends/l4-baseline
testsuite_backend_l4x_colocated_test_CFLAGS = $(TARGET_CFLAGS)
testsuite_backend_l4x_colocated_test_LDFLAGS = $(L4VM_LD)
testsuite_backend_l4x_colocated_test_LDADD = $(L4X_CO_LIBS)
testsuite_backend_l4x_colocated_test_DEPENDENCIES = $(L4X_CO_LINK_DEPS)

check_PROGRAMS += testsuite/backend/l4x-split-test testsuite/backend/l4x-split-isolation
TESTS += testsuite/backend/l4x-split.t testsuite/backend/l4x-split-isolation.t
EXTRA_DIST += testsuite/backend/l4x-split.t testsuite/backend/l4x-split-isolation.t
testsuite_backend_l4x_split_test_SOURCES = $(testsuite_backend_l4_test_SOURCES)
testsuite_backend_l4x_split_test_CPPFLAGS = $(L4X_CPPFLAGS)
testsuite_backend_l4x_split_test_CFLAGS = $(TARGET_CFLAGS)
testsuite_backend_l4x_split_test_LDFLAGS = $(L4VM_LD)
testsuite_backend_l4x_split_test_LDADD = $(L4X_SPLIT_TEST_LIBS)
testsuite_backend_l4x_split_test_DEPENDENCIES = $(L4X_SPLIT_LINK_DEPS)
testsuite_backend_l4x_split_isolation_SOURCES = $(testsuite_backend_l4_isolation_SOURCES)
testsuite_backend_l4x_split_isolation_CPPFLAGS = $(L4X_CPPFLAGS)
testsuite_backend_l4x_split_isolation_CFLAGS = $(TARGET_CFLAGS) -O2
testsuite_backend_l4x_split_isolation_LDFLAGS = $(L4VM_LD)
testsuite_backend_l4x_split_isolation_LDADD = $(L4X_SPLIT_TEST_LIBS)
testsuite_backend_l4x_split_isolation_DEPENDENCIES = $(L4X_SPLIT_LINK_DEPS)
