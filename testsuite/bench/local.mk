# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measuring: the benchmark program of the guest, the figures issues name, and
# the program that compares the two.
guest_PROGRAMS += share/afterburner/guest/bench
share_afterburner_guest_bench_SOURCES = testsuite/bench/guest/bench.c $(GUEST_RUNTIME)
share_afterburner_guest_bench_CPPFLAGS = $(GUEST_CPPFLAGS)
share_afterburner_guest_bench_CFLAGS = $(GUEST_CFLAGS)
share_afterburner_guest_bench_LDFLAGS = $(GUEST_LINK)
share_afterburner_guest_bench_LDADD = -lgcc

# afterburn bench; bench-SUITE measures, figures.tsv says what is promised.
BENCH_COMMANDS = libexec/afterburner/afterburn-bench libexec/afterburner/bench-toolchain \
	libexec/afterburner/bench-l4 libexec/afterburner/bench-build-cost libexec/afterburner/bench-baseline \
	libexec/afterburner/bench-extended libexec/afterburner/bench-guests
pkglibexec_SCRIPTS += $(BENCH_COMMANDS)
CLEANFILES += $(BENCH_COMMANDS) $(BENCH_TABLES)
libexec/afterburner/afterburn-bench: testsuite/bench/bench.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/bench.sh $@ && chmod +x $@
libexec/afterburner/bench-l4: testsuite/bench/l4.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/l4.sh $@ && chmod +x $@
libexec/afterburner/bench-baseline: testsuite/bench/baseline.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/baseline.sh $@ && chmod +x $@
libexec/afterburner/bench-extended: testsuite/bench/extended.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/extended.sh $@ && chmod +x $@
libexec/afterburner/bench-guests: testsuite/bench/guests.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/guests.sh $@
libexec/afterburner/bench-toolchain: testsuite/bench/toolchain.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/toolchain.sh $@ && chmod +x $@
libexec/afterburner/bench-build-cost: testsuite/bench/build-cost.sh
	$(AM_V_GEN)$(MKDIR_P) libexec/afterburner && cp $(srcdir)/testsuite/bench/build-cost.sh $@ && chmod +x $@
BENCH_TABLES = share/afterburner/figures.tsv share/afterburner/cost.awk share/afterburner/thesis.tsv
dist_pkgdata_DATA += testsuite/figures.tsv testsuite/bench/cost.awk testsuite/bench/thesis.tsv
share/afterburner/figures.tsv: testsuite/figures.tsv
	$(AM_V_GEN)$(MKDIR_P) share/afterburner && cp $(srcdir)/testsuite/figures.tsv $@
share/afterburner/cost.awk: testsuite/bench/cost.awk
	$(AM_V_GEN)$(MKDIR_P) share/afterburner && cp $(srcdir)/testsuite/bench/cost.awk $@
share/afterburner/thesis.tsv: testsuite/bench/thesis.tsv
	$(AM_V_GEN)$(MKDIR_P) share/afterburner && cp $(srcdir)/testsuite/bench/thesis.tsv $@
all-local: $(BENCH_TABLES)

pkglibexec_PROGRAMS += libexec/afterburner/bench-padding
libexec_afterburner_bench_padding_SOURCES = testsuite/bench/padding.c
libexec_afterburner_bench_padding_CFLAGS = $(AB_CFLAGS) -O2
pkglibexec_PROGRAMS += libexec/afterburner/bench-alternate
libexec_afterburner_bench_alternate_SOURCES = testsuite/bench/alternate.c
libexec_afterburner_bench_alternate_CFLAGS = $(AB_CFLAGS)

dist_man_MANS += doc/man/afterburn-bench.1
EXTRA_DIST += testsuite/bench/bench.sh testsuite/bench/toolchain.sh testsuite/bench/build-cost.sh testsuite/bench/l4.sh testsuite/bench/baseline.sh \
	testsuite/bench/extended.sh testsuite/bench/guests.sh testsuite/bench/evaluation.sh testsuite/bench/README
TESTS += testsuite/bench/bench.t testsuite/bench/cost.t testsuite/bench/evaluation.t
EXTRA_DIST += testsuite/bench/bench.t testsuite/bench/cost.t testsuite/bench/evaluation.t

# QEMU plugin that counts events; loaded by QEMU, so undefined symbols are QEMU's.
QEMU_COUNTS = lib/afterburner/qemu/counts.so
qemupluginsdir = $(libdir)/afterburner/qemu
nodist_qemuplugins_DATA = $(QEMU_COUNTS)
CLEANFILES += $(QEMU_COUNTS)
$(QEMU_COUNTS): testsuite/bench/qemu-plugin/counts.c testsuite/bench/qemu-plugin/qemu.h
	$(AM_V_CCLD)$(MKDIR_P) lib/afterburner/qemu && \
	$(WITH_DEPENDS) $@ $(CC) $(AB_CFLAGS) -O2 -fPIC -shared -fvisibility=hidden -o $@ $(srcdir)/testsuite/bench/qemu-plugin/counts.c
EXTRA_DIST += testsuite/bench/qemu-plugin/counts.c testsuite/bench/qemu-plugin/qemu.h
EXTRA_DIST += testsuite/bench/qemu-plugin/README
