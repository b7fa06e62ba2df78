# SPDX-License-Identifier: GPL-3.0-or-later
#
# Small guests and the root file systems the tests and the user run.
#
# guest_PROGRAMS are static IA-32 Linux programs on the runtime of
# samples/runtime; any i386 runs them.
guestdir = $(pkgdatadir)/guest
GUEST_CFLAGS = $(TARGET_CFLAGS) -march=i386 -O2 -g0
GUEST_CPPFLAGS = -I$(top_srcdir)/samples/runtime
GUEST_LINK = $(TARGET_LDFLAGS)
GUEST_RUNTIME = samples/runtime/runtime.c samples/runtime/guest.h

guest_PROGRAMS = share/afterburner/guest/init share/afterburner/guest/say

share_afterburner_guest_init_SOURCES = samples/rootfs/init.c $(GUEST_RUNTIME)
share_afterburner_guest_init_CPPFLAGS = $(GUEST_CPPFLAGS)
share_afterburner_guest_init_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_init_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_init_LDADD = -lgcc

share_afterburner_guest_say_SOURCES = samples/rootfs/say.c $(GUEST_RUNTIME)
share_afterburner_guest_say_CPPFLAGS = $(GUEST_CPPFLAGS)
share_afterburner_guest_say_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_say_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_say_LDADD = -lgcc

noinst_LIBRARIES += libabnewc.a
libabnewc_a_SOURCES = samples/rootfs/newc.c samples/rootfs/newc.h
libabnewc_a_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/samples/rootfs
libabnewc_a_CFLAGS = $(AB_CFLAGS)

pkglibexec_PROGRAMS += libexec/afterburner/mkcpio
libexec_afterburner_mkcpio_SOURCES = samples/rootfs/mkcpio.c
libexec_afterburner_mkcpio_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/samples/rootfs
libexec_afterburner_mkcpio_CFLAGS = $(AB_CFLAGS)
libexec_afterburner_mkcpio_LDADD = libabnewc.a libabhost.a

# The root file system that needs no package: our own programs only.
MINI_ROOTFS = share/afterburner/rootfs-mini.cpio.gz
dist_pkgdata_DATA = samples/rootfs/base.list
nodist_pkgdata_DATA = $(MINI_ROOTFS)
CLEANFILES += $(MINI_ROOTFS)
$(MINI_ROOTFS): samples/rootfs/base.list $(guest_PROGRAMS) libexec/afterburner/mkcpio
	$(AM_V_GEN)$(MKDIR_P) share/afterburner && \
	sed 's,@PROGRAMS@,share/afterburner/guest,' $(srcdir)/samples/rootfs/base.list | \
	libexec/afterburner/mkcpio $(@:.gz=) && gzip -9nf $(@:.gz=)

EXTRA_DIST += samples/runtime/README
EXTRA_DIST += samples/rootfs/README

pkglibexec_SCRIPTS += libexec/afterburner/afterburn-rootfs
CLEANFILES += libexec/afterburner/afterburn-rootfs share/afterburner/base.list share/afterburner/rootfs.cpio.gz
libexec/afterburner/afterburn-rootfs: samples/rootfs/make-rootfs
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/samples/rootfs/make-rootfs $@ && chmod +x $@
all-local: share/afterburner/base.list
share/afterburner/base.list: samples/rootfs/base.list
	$(AM_V_GEN)$(MKDIR_P) share/afterburner && cp $(srcdir)/samples/rootfs/base.list $@
EXTRA_DIST += samples/rootfs/make-rootfs

# Sample kernels, each plain and afterburned from the same sources.
SAMPLE_KERNELS = share/afterburner/hello share/afterburner/hello-plain \
	share/afterburner/mini share/afterburner/mini-plain
samplesdir = $(pkgdatadir)
nodist_samples_DATA = $(SAMPLE_KERNELS)
CLEANFILES += $(SAMPLE_KERNELS)
SAMPLE_COMMON = samples/kernel/start.S samples/kernel/kernel.c
SAMPLE_HELLO = $(SAMPLE_COMMON) samples/hello/hello.c samples/hello/rows.c samples/hello/rows-system.c
SAMPLE_MINI = $(SAMPLE_COMMON) samples/mini/mini.c
# Headers are noted as they are included.
SAMPLE_NEEDS = samples/kernel/kernel.lds afterburner/with-depends
AFTERBURN_TOOLS = bin/afterburn-cc libexec/afterburner/toolchain/as $(AB_PLUGIN12)
SAMPLE_FLAGS = $(TARGET_CFLAGS) -O2 -I$(top_srcdir)/include -I$(top_srcdir)/afterburner \
	-I$(top_srcdir)/samples/kernel $(TARGET_LDFLAGS) -Wl,-T,$(top_srcdir)/samples/kernel/kernel.lds

share/afterburner/hello-plain: $(SAMPLE_HELLO) $(SAMPLE_NEEDS)
	$(AM_V_CCLD)$(MKDIR_P) share/afterburner && \
	$(WITH_DEPENDS) $@ $(GUEST_CC) $(SAMPLE_FLAGS) -o $@ $(SAMPLE_HELLO:%=$(top_srcdir)/%)
share/afterburner/mini-plain: $(SAMPLE_MINI) $(SAMPLE_NEEDS)
	$(AM_V_CCLD)$(MKDIR_P) share/afterburner && \
	$(WITH_DEPENDS) $@ $(GUEST_CC) $(SAMPLE_FLAGS) -o $@ $(SAMPLE_MINI:%=$(top_srcdir)/%)
share/afterburner/hello: $(SAMPLE_HELLO) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) share/afterburner && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(SAMPLE_HELLO:%=$(top_srcdir)/%)
share/afterburner/mini: $(SAMPLE_MINI) $(SAMPLE_NEEDS) $(AFTERBURN_TOOLS)
	$(AM_V_CCLD)$(MKDIR_P) share/afterburner && \
	$(WITH_DEPENDS) $@ bin/afterburn-cc $(SAMPLE_FLAGS) -o $@ $(SAMPLE_MINI:%=$(top_srcdir)/%)

EXTRA_DIST += $(SAMPLE_HELLO) samples/mini/mini.c samples/kernel/kernel.lds samples/kernel/kernel.h \
	samples/hello/try.h samples/hello/README samples/mini/README samples/kernel/README
