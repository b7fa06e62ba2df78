# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of audit and report.
check_PROGRAMS += testsuite/audit/zydis
testsuite_audit_zydis_SOURCES = testsuite/audit/zydis.c
testsuite_audit_zydis_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
testsuite_audit_zydis_CFLAGS = $(AB_CFLAGS)
testsuite_audit_zydis_LDADD = libabtool.a linker/core/libabbind.a $(AB_RECORDS_LIBS) $(LLVM_LIBS) $(ZYDIS_LIBS)

AB_AUDIT_TESTS = testsuite/audit/sites.t testsuite/audit/explained.t \
	testsuite/audit/messages.t testsuite/audit/report.t testsuite/audit/sources.t \
	testsuite/audit/flat.t testsuite/audit/zydis.t testsuite/audit/bound.t
TESTS += $(AB_AUDIT_TESTS)
EXTRA_DIST += $(AB_AUDIT_TESTS) testsuite/audit/lib.sh testsuite/audit/site.inc \
	testsuite/audit/rows.s testsuite/audit/padded.s testsuite/audit/README

check_PROGRAMS += testsuite/audit/twins
testsuite_audit_twins_SOURCES = testsuite/audit/twins.c
testsuite_audit_twins_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
testsuite_audit_twins_CFLAGS = $(AB_CFLAGS)
testsuite_audit_twins_LDADD = libabtool.a linker/core/libabbind.a $(AB_RECORDS_LIBS) $(LLVM_LIBS)
TESTS += testsuite/audit/twins.t
EXTRA_DIST += testsuite/audit/twins.t
