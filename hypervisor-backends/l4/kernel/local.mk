# SPDX-License-Identifier: GPL-3.0-or-later
#
# The L4 kernels, built from one source.  A switch X_... in config.h turns an
# extension on; what a build does not use it does not contain.
L4K = hypervisor-backends/l4/kernel
l4kerneldir = $(pkglibdir)/l4
l4kernel_PROGRAMS = \
	lib/afterburner/l4/kernel-baseline \
	lib/afterburner/l4/kernel-extended

L4K_CPPFLAGS = -I$(top_srcdir)/$(L4K) -I$(L4K)
L4K_CFLAGS = $(TARGET_CFLAGS) -O2 -fomit-frame-pointer
L4K_CCASFLAGS = -m32
L4K_LINK = $(TARGET_LDFLAGS) -Wl,-n -Wl,-T,$(top_srcdir)/$(L4K)/kernel.ld
L4K_SCRIPT = $(top_srcdir)/$(L4K)/kernel.ld

L4K_SOURCES = \
	$(L4K)/account.c \
	$(L4K)/start.S \
	$(L4K)/entry.S \
	$(L4K)/faultpath.S \
	$(L4K)/fastpath.S \
	$(L4K)/stubs.S \
	$(L4K)/alarm.c \
	$(L4K)/apic.c \
	$(L4K)/boot.c \
	$(L4K)/clock.c \
	$(L4K)/console.c \
	$(L4K)/exregs.c \
	$(L4K)/fault.c \
	$(L4K)/fpu.c \
	$(L4K)/gdt.c \
	$(L4K)/ioports.c \
	$(L4K)/ipc.c \
	$(L4K)/ipc-items.c \
	$(L4K)/ipc-string.c \
	$(L4K)/irq.c \
	$(L4K)/kip.c \
	$(L4K)/kmsg.c \
	$(L4K)/lib.c \
	$(L4K)/mapdb.c \
	$(L4K)/mappage.c \
	$(L4K)/memory.c \
	$(L4K)/schedctl.c \
	$(L4K)/schedule.c \
	$(L4K)/slab.c \
	$(L4K)/space.c \
	$(L4K)/spacectl.c \
	$(L4K)/syscall.c \
	$(L4K)/thread.c \
	$(L4K)/threadctl.c \
	$(L4K)/timeout.c \
	$(L4K)/trap.c \
	$(L4K)/work.c \
	$(L4K)/abi.h \
	$(L4K)/apic.h \
	$(L4K)/boot.h \
	$(L4K)/clock.h \
	$(L4K)/config.h \
	$(L4K)/console.h \
	$(L4K)/entry.h \
	$(L4K)/ext.h \
	$(L4K)/find-thread.h \
	$(L4K)/fpu.h \
	$(L4K)/gdt.h \
	$(L4K)/ioports.h \
	$(L4K)/ipc.h \
	$(L4K)/irq.h \
	$(L4K)/kip.h \
	$(L4K)/layout.h \
	$(L4K)/mapdb.h \
	$(L4K)/mapnode.h \
	$(L4K)/memory.h \
	$(L4K)/sched.h \
	$(L4K)/space.h \
	$(L4K)/tcb.h \
	$(L4K)/thread.h \
	$(L4K)/trap.h \
	$(L4K)/types.h \
	$(L4K)/x86.h

lib_afterburner_l4_kernel_baseline_SOURCES = $(L4K_SOURCES)
lib_afterburner_l4_kernel_baseline_CPPFLAGS = $(L4K_CPPFLAGS)
lib_afterburner_l4_kernel_baseline_CFLAGS = $(L4K_CFLAGS)
lib_afterburner_l4_kernel_baseline_CCASFLAGS = $(L4K_CCASFLAGS)
lib_afterburner_l4_kernel_baseline_LDFLAGS = $(L4K_LINK)
lib_afterburner_l4_kernel_baseline_DEPENDENCIES = $(L4K_SCRIPT)

# What configure was told to put in: all extensions, unless switched off.
lib_afterburner_l4_kernel_extended_SOURCES = $(L4K_SOURCES)
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES =
if L4_STATE
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/ctrlxfer.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/ctrlxfer.c
endif
if L4_LIMITS
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/limits.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/limits.c
endif
if L4_SMALL_SPACES
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/smallspace.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/smallspace.c
endif
if L4_BOUNDS
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/bounds.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/bounds.c
endif
if L4_TLS
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/tls.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/tls.c
endif
if L4_DEBUG
lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/debug.c
else
EXTRA_lib_afterburner_l4_kernel_extended_SOURCES += $(L4K)/debug.c
endif
lib_afterburner_l4_kernel_extended_CPPFLAGS = $(L4K_CPPFLAGS) $(L4_EXTENSIONS)
lib_afterburner_l4_kernel_extended_CFLAGS = $(L4K_CFLAGS)
lib_afterburner_l4_kernel_extended_CCASFLAGS = $(L4K_CCASFLAGS)
lib_afterburner_l4_kernel_extended_LDFLAGS = $(L4K_LINK)
lib_afterburner_l4_kernel_extended_DEPENDENCIES = $(L4K_SCRIPT)

$(lib_afterburner_l4_kernel_baseline_OBJECTS): $(L4K)/asm-offsets.h
$(lib_afterburner_l4_kernel_extended_OBJECTS): $(L4K)/asm-offsets.h

# One kernel per extension (with what it cannot be without), and one with
# everything: what `afterburn bench l4' compares, and proof that each switch
# compiles alone.  One command compiles a whole kernel in a few seconds.
L4K_SINGLE = $(addprefix lib/afterburner/l4/kernel-, ctrlxfer pfstate preemptmsg zeroslice \
	limits redirect tls debug smallspaces all)
L4K_SINGLE_BUILD = $(AM_V_CCLD)$(MKDIR_P) $(@D) && $(WITH_DEPENDS) $@ $(CC) $(L4K_CFLAGS) $(L4K_CCASFLAGS) \
	$(L4K_CPPFLAGS) $(L4K_SWITCHES) $(L4K_LINK) -o $@ \
	$(addprefix $(srcdir)/, $(filter %.c %.S, $(L4K_SOURCES)) $(L4K_MORE))
l4singledir = $(l4kerneldir)
nodist_l4single_DATA = $(L4K_SINGLE)
CLEANFILES += $(L4K_SINGLE)
L4K_EXTENSIONS = $(L4K)/bounds.c $(L4K)/ctrlxfer.c $(L4K)/debug.c $(L4K)/limits.c \
	$(L4K)/smallspace.c $(L4K)/tls.c
$(L4K_SINGLE): $(addprefix $(srcdir)/, $(L4K_SOURCES) $(L4K_EXTENSIONS)) \
		$(L4K)/asm-offsets.h $(L4K_SCRIPT)
	$(L4K_SINGLE_BUILD)
lib/afterburner/l4/kernel-ctrlxfer: L4K_SWITCHES = -DX_CTRLXFER=1
lib/afterburner/l4/kernel-ctrlxfer: L4K_MORE = $(L4K)/ctrlxfer.c
lib/afterburner/l4/kernel-pfstate: L4K_SWITCHES = -DX_XPF=1
lib/afterburner/l4/kernel-pfstate: L4K_MORE = $(L4K)/ctrlxfer.c
lib/afterburner/l4/kernel-preemptmsg: L4K_SWITCHES = -DX_PREEMPT_MSG=1
lib/afterburner/l4/kernel-zeroslice: L4K_SWITCHES = -DX_ZERO_SLICE=1
lib/afterburner/l4/kernel-limits: L4K_SWITCHES = -DX_LIMITS=1
lib/afterburner/l4/kernel-limits: L4K_MORE = $(L4K)/bounds.c $(L4K)/limits.c
lib/afterburner/l4/kernel-redirect: L4K_SWITCHES = -DX_LIMITS=1 -DX_REDIRECT=1
lib/afterburner/l4/kernel-redirect: L4K_MORE = $(L4K)/bounds.c $(L4K)/limits.c
lib/afterburner/l4/kernel-tls: L4K_SWITCHES = -DX_CTRLXFER=1 -DX_TLS=1
lib/afterburner/l4/kernel-tls: L4K_MORE = $(L4K)/ctrlxfer.c $(L4K)/tls.c
lib/afterburner/l4/kernel-debug: L4K_SWITCHES = -DX_CTRLXFER=1 -DX_DEBUG=1
lib/afterburner/l4/kernel-debug: L4K_MORE = $(L4K)/ctrlxfer.c $(L4K)/debug.c
lib/afterburner/l4/kernel-smallspaces: L4K_SWITCHES = -DX_SMALL_SPACES=1
lib/afterburner/l4/kernel-smallspaces: L4K_MORE = $(L4K)/bounds.c $(L4K)/smallspace.c
lib/afterburner/l4/kernel-all: L4K_SWITCHES = -DX_CTRLXFER=1 -DX_XPF=1 -DX_PREEMPT_MSG=1 \
	-DX_ZERO_SLICE=1 -DX_LIMITS=1 -DX_REDIRECT=1 -DX_TLS=1 -DX_DEBUG=1 -DX_SMALL_SPACES=1
lib/afterburner/l4/kernel-all: L4K_MORE = $(L4K_EXTENSIONS)

# Structure offsets for the assembly files.
BUILT_SOURCES += $(L4K)/asm-offsets.h
CLEANFILES += $(L4K)/asm-offsets.h
EXTRA_DIST += $(L4K)/asm-offsets.c $(L4K)/kernel.ld $(L4K)/README
$(L4K)/asm-offsets.h: $(L4K)/asm-offsets.c afterburner/with-depends
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(WITH_DEPENDS) $@ $(CC) $(L4K_CFLAGS) $(L4K_CPPFLAGS) -S -o $@.s $(srcdir)/$(L4K)/asm-offsets.c && \
	$(SED) -n 's/^->\([A-Z0-9_]*\) \(.*\)/#define \1 \2/p' $@.s > $@.tmp && \
	rm -f $@.s && mv -f $@.tmp $@
include $(srcdir)/hypervisor-backends/l4/boot/local.mk
