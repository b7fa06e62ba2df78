# SPDX-License-Identifier: GPL-3.0-or-later
# The dispatcher, the compiler wrapper and the driver of kernel builds.
bin_PROGRAMS += bin/afterburn bin/afterburn-cc

bin_afterburn_SOURCES = afterburner/driver/afterburn.c
bin_afterburn_CPPFLAGS = $(AB_CPPFLAGS)
bin_afterburn_CFLAGS = $(AB_CFLAGS)
bin_afterburn_LDADD = libabhost.a

AB_DRIVER_COMMON = \
	afterburner/driver/version.c afterburner/driver/version.h \
	afterburner/driver/cures.c afterburner/driver/cures.h \
	afterburner/driver/compiler.c afterburner/driver/compiler.h \
	afterburner/driver/process.c afterburner/driver/process.h \
	afterburner/driver/words.c afterburner/driver/words.h \
	afterburner/driver/file.c afterburner/driver/file.h

bin_afterburn_cc_SOURCES = afterburner/driver/cc.c \
	afterburner/driver/cc-line.c afterburner/driver/cc-line.h \
	afterburner/driver/layout.c afterburner/driver/layout.h \
	$(AB_DRIVER_COMMON)
bin_afterburn_cc_CPPFLAGS = $(AB_CPPFLAGS)
bin_afterburn_cc_CFLAGS = $(AB_CFLAGS)
bin_afterburn_cc_LDADD = libabhost.a

EXTRA_DIST += afterburner/driver/cures.def

pkglibexec_PROGRAMS += libexec/afterburner/afterburn-make libexec/afterburner/afterburn-ld

libexec_afterburner_afterburn_make_SOURCES = afterburner/driver/make.c \
	afterburner/driver/build.c afterburner/driver/build.h \
	afterburner/driver/kconfig.c afterburner/driver/kconfig.h \
	afterburner/driver/adjust.c afterburner/driver/adjust.h \
	afterburner/driver/tree.c afterburner/driver/tree.h \
	afterburner/driver/standin.c afterburner/driver/standin.h \
	afterburner/driver/manifest.c afterburner/driver/manifest.h \
	afterburner/driver/digest.c afterburner/driver/digest.h \
	afterburner/driver/image-check.c afterburner/driver/image-check.h \
	afterburner/driver/needs.c afterburner/driver/needs.h \
	$(AB_DRIVER_COMMON)
libexec_afterburner_afterburn_make_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker
libexec_afterburner_afterburn_make_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_make_LDADD = $(AB_RECORDS_LIBS) $(GCRYPT_LIBS)

libexec_afterburner_afterburn_ld_SOURCES = afterburner/driver/ld.c \
	afterburner/driver/process.c afterburner/driver/process.h
libexec_afterburner_afterburn_ld_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker
libexec_afterburner_afterburn_ld_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_afterburn_ld_LDADD = $(AB_RECORDS_LIBS)

EXTRA_DIST += afterburner/overlay/adjustments.def afterburner/overlay/README samples/linux/README

# Configuration fragments, for afterburn make --config=NAME.
ablinuxdir = $(pkgdatadir)/linux
dist_ablinux_DATA = samples/linux/small-6.1.config \
	samples/linux/small-2.6.config samples/linux/debug.config samples/linux/console.config
share_linux = share/afterburner/linux/.stamp
$(share_linux): $(dist_ablinux_DATA)
	$(AM_V_GEN)$(MKDIR_P) share/afterburner/linux && \
	for f in $(dist_ablinux_DATA); do \
	  if test -f $$f; then cp $$f share/afterburner/linux/; \
	  else cp $(srcdir)/$$f share/afterburner/linux/; fi || exit 1; \
	done && touch $@
BUILT_SOURCES += $(share_linux)
CLEANFILES += $(share_linux) share/afterburner/linux/*.config

bashcompletiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += afterburner/driver/afterburn.bash afterburner/driver/README
nodist_bashcompletion_DATA = share/bash-completion/completions/afterburn
share/bash-completion/completions/afterburn: afterburner/driver/afterburn.bash
	$(AM_V_GEN)$(MKDIR_P) share/bash-completion/completions && \
	cp $(srcdir)/afterburner/driver/afterburn.bash $@
CLEANFILES += share/bash-completion/completions/afterburn

dist_man_MANS += doc/man/afterburn-make.1 doc/man/afterburn-cc.1
