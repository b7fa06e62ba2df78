# SPDX-License-Identifier: GPL-3.0-or-later
# The virtual MMU in a test process, with the checks of the compiler's sanitizers.
MT_SOURCES = testsuite/mmu/machine.c testsuite/mmu/machine.h $(AB_MMU_SOURCES)
MT_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/runtime-wedge/mmu
MT_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all

check_PROGRAMS += testsuite/mmu/random.t testsuite/mmu/rules.t
TESTS += testsuite/mmu/random.t testsuite/mmu/rules.t

testsuite_mmu_random_t_SOURCES = testsuite/mmu/random-test.c testsuite/mmu/walker.c \
	testsuite/mmu/walker.h $(MT_SOURCES)
testsuite_mmu_random_t_CPPFLAGS = $(MT_CPPFLAGS)
testsuite_mmu_random_t_CFLAGS = $(AB_CFLAGS) $(MT_SANITIZE)
testsuite_mmu_random_t_LDFLAGS = $(MT_SANITIZE)

EXTRA_DIST += testsuite/mmu/README

testsuite_mmu_rules_t_SOURCES = testsuite/mmu/rules-test.c testsuite/mmu/rules-invalidation.c \
	testsuite/mmu/rules.c testsuite/mmu/rules.h $(MT_SOURCES)
testsuite_mmu_rules_t_CPPFLAGS = $(MT_CPPFLAGS)
testsuite_mmu_rules_t_CFLAGS = $(AB_CFLAGS) $(MT_SANITIZE)
testsuite_mmu_rules_t_LDFLAGS = $(MT_SANITIZE)
