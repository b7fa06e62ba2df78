# SPDX-License-Identifier: GPL-3.0-or-later
#
# The user side of the L4: headers, library, sigma0, resource monitor, apps.
# Everything here is freestanding IA-32 code, linked against libl4.a.
L4U = hypervisor-backends/l4
l4dir = $(pkglibdir)/l4
l4_PROGRAMS =
l4_LIBRARIES = lib/afterburner/l4/libl4.a
l4includedir = $(pkgincludedir)/l4
l4include_HEADERS = \
	$(L4U)/include/l4/abi.h \
	$(L4U)/include/l4/fpage.h \
	$(L4U)/include/l4/io.h \
	$(L4U)/include/l4/ipc.h \
	$(L4U)/include/l4/kip.h \
	$(L4U)/include/l4/message.h \
	$(L4U)/include/l4/resourcemon.h \
	$(L4U)/include/l4/schedule.h \
	$(L4U)/include/l4/sigma0.h \
	$(L4U)/include/l4/thread.h \
	$(L4U)/include/l4/types.h

L4U_CPPFLAGS = -I$(top_srcdir)/$(L4U)/include
L4U_CFLAGS = $(TARGET_CFLAGS) -O2 -fomit-frame-pointer
L4U_LDADD = lib/afterburner/l4/libl4.a -lgcc
L4U_LD_ROOT = $(TARGET_LDFLAGS) -Wl,-T,$(top_srcdir)/$(L4U)/lib/root.ld -Wl,--defsym=L4_IMAGE_BASE=0x400000
L4U_LD_SIGMA0 = $(TARGET_LDFLAGS) -Wl,-T,$(top_srcdir)/$(L4U)/lib/root.ld -Wl,--defsym=L4_IMAGE_BASE=0x20000
L4U_LINK_DEPS = lib/afterburner/l4/libl4.a $(top_srcdir)/$(L4U)/lib/root.ld

lib_afterburner_l4_libl4_a_SOURCES = \
	$(L4U)/lib/crt0.S \
	$(L4U)/lib/kip.c \
	$(L4U)/lib/machine.c \
	$(L4U)/lib/printf.c \
	$(L4U)/lib/resourcemon.c \
	$(L4U)/lib/sigma0.c \
	$(L4U)/lib/start.c \
	$(L4U)/lib/string.c \
	$(L4U)/lib/syscalls.c \
	$(L4U)/lib/thread.c
lib_afterburner_l4_libl4_a_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_libl4_a_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_libl4_a_CCASFLAGS = -m32

l4_PROGRAMS += lib/afterburner/l4/sigma0
lib_afterburner_l4_sigma0_SOURCES = \
	$(L4U)/sigma0/main.c \
	$(L4U)/sigma0/pool.c \
	$(L4U)/sigma0/pool.h
lib_afterburner_l4_sigma0_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_sigma0_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_sigma0_LDFLAGS = $(L4U_LD_SIGMA0)
lib_afterburner_l4_sigma0_LDADD = $(L4U_LDADD)
lib_afterburner_l4_sigma0_DEPENDENCIES = $(L4U_LINK_DEPS)

l4_PROGRAMS += lib/afterburner/l4/pingpong
lib_afterburner_l4_pingpong_SOURCES = \
	$(L4U)/apps/common/mark.h \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	$(L4U)/apps/pingpong/main.c
lib_afterburner_l4_pingpong_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_pingpong_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_pingpong_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_pingpong_LDADD = $(L4U_LDADD)
lib_afterburner_l4_pingpong_DEPENDENCIES = $(L4U_LINK_DEPS)

EXTRA_DIST += \
	$(L4U)/include/README \
	$(L4U)/lib/README \
	$(L4U)/lib/root.ld \
	$(L4U)/RESULTS \
	$(L4U)/results/README \
	$(L4U)/results/costs.tsv \
	$(L4U)/results/figures.tsv \
	$(L4U)/results/ipc-inter-small.svg \
	$(L4U)/results/ipc-inter.svg \
	$(L4U)/results/ipc-intra-small.svg \
	$(L4U)/results/ipc-small.svg \
	$(L4U)/results/ipc.tsv \
	$(L4U)/results/ipc.txt \
	$(L4U)/apps/README \
	$(L4U)/sigma0/README

# The command: copied under its final name, so that both trees look alike.
pkglibexec_SCRIPTS += libexec/afterburner/afterburn-l4
CLEANFILES += libexec/afterburner/afterburn-l4
EXTRA_DIST += $(L4U)/command/afterburn-l4.sh $(L4U)/command/README
dist_man_MANS += doc/man/afterburn-l4.1
libexec/afterburner/afterburn-l4: $(L4U)/command/afterburn-l4.sh
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp -f $(srcdir)/$(L4U)/command/afterburn-l4.sh $@ && chmod 755 $@

l4_PROGRAMS += lib/afterburner/l4/l4-conformance
lib_afterburner_l4_l4_conformance_SOURCES = \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	$(L4U)/apps/l4-conformance/alarms.c \
	$(L4U)/apps/l4-conformance/breakpoints.c \
	$(L4U)/apps/l4-conformance/calls.c \
	$(L4U)/apps/l4-conformance/check.h \
	$(L4U)/apps/l4-conformance/ctrlxfer.c \
	$(L4U)/apps/l4-conformance/delay.c \
	$(L4U)/apps/l4-conformance/exceptions.c \
	$(L4U)/apps/l4-conformance/exregs.c \
	$(L4U)/apps/l4-conformance/faultstate.c \
	$(L4U)/apps/l4-conformance/fpustate.c \
	$(L4U)/apps/l4-conformance/ids.c \
	$(L4U)/apps/l4-conformance/interrupts.c \
	$(L4U)/apps/l4-conformance/io.c \
	$(L4U)/apps/l4-conformance/ipc-errors.c \
	$(L4U)/apps/l4-conformance/ipc.c \
	$(L4U)/apps/l4-conformance/kip.c \
	$(L4U)/apps/l4-conformance/limits.c \
	$(L4U)/apps/l4-conformance/longcopy.c \
	$(L4U)/apps/l4-conformance/main.c \
	$(L4U)/apps/l4-conformance/mapping.c \
	$(L4U)/apps/l4-conformance/pagefaults.c \
	$(L4U)/apps/l4-conformance/ports.c \
	$(L4U)/apps/l4-conformance/preemption.c \
	$(L4U)/apps/l4-conformance/preempted.c \
	$(L4U)/apps/l4-conformance/quirks.c \
	$(L4U)/apps/l4-conformance/redirect.c \
	$(L4U)/apps/l4-conformance/robust.c \
	$(L4U)/apps/l4-conformance/quantum.c \
	$(L4U)/apps/l4-conformance/schedule.c \
	$(L4U)/apps/l4-conformance/sigma0.c \
	$(L4U)/apps/l4-conformance/smallspaces.c \
	$(L4U)/apps/l4-conformance/spacecontrol.c \
	$(L4U)/apps/l4-conformance/strings.c \
	$(L4U)/apps/l4-conformance/threadcontrol.c \
	$(L4U)/apps/l4-conformance/tls.c \
	$(L4U)/apps/l4-conformance/unmap.c \
	$(L4U)/apps/l4-conformance/wayout.c \
	$(L4U)/apps/l4-conformance/xfer.c \
	$(L4U)/apps/l4-conformance/zeroslice.c
lib_afterburner_l4_l4_conformance_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_conformance_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_conformance_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_conformance_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_conformance_DEPENDENCIES = $(L4U_LINK_DEPS)

l4_PROGRAMS += lib/afterburner/l4/resourcemon
lib_afterburner_l4_resourcemon_SOURCES = \
	$(L4U)/resourcemon/boot.c \
	$(L4U)/resourcemon/boot.h \
	$(L4U)/resourcemon/client.c \
	$(L4U)/resourcemon/client.h \
	$(L4U)/resourcemon/console.c \
	$(L4U)/resourcemon/console.h \
	$(L4U)/resourcemon/describe.c \
	$(L4U)/resourcemon/ports.c \
	$(L4U)/resourcemon/device.c \
	$(L4U)/resourcemon/device.h \
	$(L4U)/resourcemon/elf32.c \
	$(L4U)/resourcemon/elf32.h \
	$(L4U)/resourcemon/main.c \
	$(L4U)/resourcemon/memory.c \
	$(L4U)/resourcemon/memory.h \
	$(L4U)/resourcemon/server.c \
	$(L4U)/resourcemon/server.h \
	$(L4U)/resourcemon/shares.c \
	$(L4U)/resourcemon/shares.h \
	$(L4U)/resourcemon/stop.c \
	$(L4U)/resourcemon/timer.h \
	$(L4U)/resourcemon/vm.c \
	$(L4U)/resourcemon/vm.h \
	$(L4U)/resourcemon/lines.c $(L4U)/resourcemon/timer.c \
	$(L4U)/resourcemon/vmserve.c \
	$(L4U)/resourcemon/watch.c \
	$(L4U)/resourcemon/watch.h
lib_afterburner_l4_resourcemon_CPPFLAGS = $(L4U_CPPFLAGS) -I$(top_srcdir)/include
lib_afterburner_l4_resourcemon_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_resourcemon_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_resourcemon_LDADD = $(L4U_LDADD)
lib_afterburner_l4_resourcemon_DEPENDENCIES = $(L4U_LINK_DEPS)
EXTRA_DIST += $(L4U)/resourcemon/README

l4_PROGRAMS += lib/afterburner/l4/hello lib/afterburner/l4/crash
lib_afterburner_l4_hello_SOURCES = $(L4U)/apps/hello/main.c
lib_afterburner_l4_hello_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_hello_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_hello_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_hello_LDADD = $(L4U_LDADD)
lib_afterburner_l4_hello_DEPENDENCIES = $(L4U_LINK_DEPS)
lib_afterburner_l4_crash_SOURCES = $(L4U)/apps/crash/main.c
lib_afterburner_l4_crash_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_crash_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_crash_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_crash_LDADD = $(L4U_LDADD)
lib_afterburner_l4_crash_DEPENDENCIES = $(L4U_LINK_DEPS)

l4_PROGRAMS += lib/afterburner/l4/l4-torture
lib_afterburner_l4_l4_torture_SOURCES = \
	$(L4U)/apps/common/parameter.c \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	$(L4U)/apps/l4-torture/calls.c \
	$(L4U)/apps/l4-torture/main.c \
	$(L4U)/apps/l4-torture/sysenter.S \
	$(L4U)/apps/l4-torture/torture.h \
	$(L4U)/apps/l4-torture/watchdog.c
lib_afterburner_l4_l4_torture_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_torture_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_torture_CCASFLAGS = -m32
lib_afterburner_l4_l4_torture_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_torture_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_torture_DEPENDENCIES = $(L4U_LINK_DEPS)

l4_PROGRAMS += lib/afterburner/l4/l4-interrupts
lib_afterburner_l4_l4_interrupts_SOURCES = \
	$(L4U)/apps/common/parameter.c \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	$(L4U)/apps/l4-interrupts/main.c
lib_afterburner_l4_l4_interrupts_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_interrupts_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_interrupts_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_interrupts_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_interrupts_DEPENDENCIES = $(L4U_LINK_DEPS)

l4_PROGRAMS += lib/afterburner/l4/l4-costs
lib_afterburner_l4_l4_costs_SOURCES = \
	$(L4U)/apps/common/mark.h \
	$(L4U)/apps/common/task.c \
	$(L4U)/apps/common/task.h \
	$(L4U)/apps/l4-costs/main.c
lib_afterburner_l4_l4_costs_CPPFLAGS = $(L4U_CPPFLAGS)
lib_afterburner_l4_l4_costs_CFLAGS = $(L4U_CFLAGS)
lib_afterburner_l4_l4_costs_LDFLAGS = $(L4U_LD_ROOT)
lib_afterburner_l4_l4_costs_LDADD = $(L4U_LDADD)
lib_afterburner_l4_l4_costs_DEPENDENCIES = $(L4U_LINK_DEPS)
