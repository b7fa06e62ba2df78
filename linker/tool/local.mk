# SPDX-License-Identifier: GPL-3.0-or-later
# Tools that look at images: audit and report.
noinst_LIBRARIES += libabtool.a
libabtool_a_SOURCES = \
	linker/tool/rows.c linker/tool/rows.h \
	linker/tool/decode.c linker/tool/decode.h \
	linker/tool/alternatives.c linker/tool/alternatives.h \
	linker/tool/exempt.c linker/tool/exempt.h \
	linker/tool/account.c linker/tool/account.h \
	linker/tool/site.c linker/tool/bugdata.c \
	linker/tool/bound.h linker/tool/bound-code.c linker/tool/bound-site.c \
	linker/tool/json.c linker/tool/json.h \
	linker/tool/same.c linker/tool/same.h \
	linker/tool/shared.c linker/tool/shared.h
AB_TOOL_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker
libabtool_a_CPPFLAGS = $(AB_TOOL_CPPFLAGS) $(LLVM_CPPFLAGS)
libabtool_a_CFLAGS = $(AB_CFLAGS)

pkglibexec_PROGRAMS += libexec/afterburner/afterburn-audit
libexec_afterburner_afterburn_audit_SOURCES = linker/tool/audit.c
libexec_afterburner_afterburn_audit_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
libexec_afterburner_afterburn_audit_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_audit_LDADD = libabtool.a linker/core/libabbind.a \
	$(AB_RECORDS_LIBS) $(LLVM_LIBS)

pkglibexec_PROGRAMS += libexec/afterburner/afterburn-report
libexec_afterburner_afterburn_report_SOURCES = linker/tool/report.c \
	linker/tool/bound.c \
	linker/tool/survey.c linker/tool/survey.h linker/tool/survey-text.c \
	linker/tool/survey-json.c linker/tool/survey-html.c \
	linker/tool/lines.c linker/tool/lines.h
libexec_afterburner_afterburn_report_CPPFLAGS = $(AB_TOOL_CPPFLAGS)
libexec_afterburner_afterburn_report_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_report_LDADD = libabtool.a linker/core/libabbind.a \
	$(AB_RECORDS_LIBS) $(LLVM_LIBS) $(BFD_LIBS)

pkglibexec_PROGRAMS += libexec/afterburner/afterburn-link
libexec_afterburner_afterburn_link_SOURCES = linker/tool/link.c linker/tool/percpu.c linker/tool/percpu.h
libexec_afterburner_afterburn_link_CPPFLAGS = $(AB_LOADER_CPPFLAGS) -I$(top_srcdir)/linker/load
libexec_afterburner_afterburn_link_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_link_LDADD = linker/load/libabload.a linker/core/libabbind.a \
	libabhost.a
EXTRA_DIST += linker/tool/README
dist_man_MANS += doc/man/afterburn-link.1 doc/man/afterburn-audit.1 doc/man/afterburn-report.1 doc/man/afterburn-record.5

exemptionsdir = $(pkgdatadir)/exemptions
dist_exemptions_DATA = linker/tool/exemptions/linux-2.6.conf linker/tool/exemptions/linux-6.1.conf

# The build tree has them where the installed tree has them.
BUILT_SOURCES += share/afterburner/exemptions/stamp
share/afterburner/exemptions/stamp: $(dist_exemptions_DATA)
	$(AM_V_GEN)$(MKDIR_P) share/afterburner/exemptions && \
	for f in $(dist_exemptions_DATA); do \
		rm -f share/afterburner/exemptions/$${f##*/} && \
		cp $(srcdir)/$$f share/afterburner/exemptions/ || exit 1; \
	done && : >$@
CLEANFILES += $(dist_exemptions_DATA:linker/tool/%=share/afterburner/%) \
	share/afterburner/exemptions/stamp
