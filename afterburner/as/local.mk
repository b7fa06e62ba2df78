# SPDX-License-Identifier: GPL-3.0-or-later
EXTRA_DIST += afterburner/as/README
# The assembler pass.  One program under two names: gcc finds `as' in the
# toolchain folder through -B, a user runs afterburn-as.
noinst_LIBRARIES += libabas.a
libabas_a_SOURCES = \
	afterburner/as/buffer.c afterburner/as/buffer.h \
	afterburner/as/classify.c afterburner/as/classify.h \
	afterburner/as/command.c afterburner/as/command.h \
	afterburner/as/effects.c afterburner/as/effects.h \
	afterburner/as/encoded.c \
	afterburner/as/emit.c afterburner/as/emit.h \
	afterburner/as/macro.c afterburner/as/macro.h \
	afterburner/as/marker-line.c afterburner/as/marker-line.h \
	afterburner/as/operand.c afterburner/as/operand.h \
	afterburner/as/page-symbol.c afterburner/as/page-symbol.h \
	afterburner/as/pass.c afterburner/as/pass.h \
	afterburner/as/scan.c afterburner/as/scan.h \
	afterburner/as/section.c afterburner/as/section.h \
	afterburner/as/source.c afterburner/as/source.h \
	afterburner/as/sources.c afterburner/as/sources.h \
	afterburner/as/statement.c afterburner/as/statement.h \
	afterburner/as/words.c afterburner/as/words.h
libabas_a_CPPFLAGS = $(AB_CPPFLAGS)
libabas_a_CFLAGS = $(AB_CFLAGS)

bin_PROGRAMS += bin/afterburn-as
bin_afterburn_as_SOURCES = afterburner/as/main.c
bin_afterburn_as_CPPFLAGS = $(AB_CPPFLAGS)
bin_afterburn_as_CFLAGS = $(AB_CFLAGS)
bin_afterburn_as_LDADD = libabas.a libabhost.a

toolchaindir = $(pkglibexecdir)/toolchain
toolchain_PROGRAMS = libexec/afterburner/toolchain/as
libexec_afterburner_toolchain_as_SOURCES = afterburner/as/main.c
libexec_afterburner_toolchain_as_CPPFLAGS = $(AB_CPPFLAGS)
libexec_afterburner_toolchain_as_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_toolchain_as_LDADD = libabas.a libabhost.a

# The manual page of the instruction table is printed from the table.
noinst_PROGRAMS += afterburner/as/manual
afterburner_as_manual_SOURCES = afterburner/as/manual.c
afterburner_as_manual_CPPFLAGS = $(AB_CPPFLAGS)
afterburner_as_manual_CFLAGS = $(AB_CFLAGS)
afterburner_as_manual_LDADD = libabas.a libabhost.a
nodist_man7_MANS = doc/man/afterburn-insn.7
CLEANFILES += doc/man/afterburn-insn.7
doc/man/afterburn-insn.7: afterburner/as/manual$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc/man && afterburner/as/manual$(EXEEXT) >$@.tmp && mv $@.tmp $@
