# SPDX-License-Identifier: GPL-3.0-or-later
# The virtual processor, as a library; vectors.S takes its numbers from offsets.h.
noinst_LIBRARIES += runtime-wedge/cpu/libcpu.a
WEDGE_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/runtime-wedge -I$(top_srcdir)/runtime-wedge/cpu \
	-I$(top_srcdir)/linker -I$(top_srcdir)/linker/core
runtime_wedge_cpu_libcpu_a_SOURCES = \
	runtime-wedge/cpu/vectors.S runtime-wedge/cpu/access.c runtime-wedge/cpu/beyond.c runtime-wedge/cpu/control.c \
	runtime-wedge/cpu/dispatch.c runtime-wedge/cpu/event.c runtime-wedge/cpu/flags.c \
	runtime-wedge/cpu/fpu.c runtime-wedge/cpu/inject.c runtime-wedge/cpu/known-load.c runtime-wedge/cpu/linear.c runtime-wedge/cpu/linear.h runtime-wedge/cpu/operand.c \
	runtime-wedge/cpu/port.c runtime-wedge/cpu/quick.c runtime-wedge/cpu/rows.c runtime-wedge/cpu/segment.c \
	runtime-wedge/cpu/shadow.c runtime-wedge/cpu/start.c runtime-wedge/cpu/straight.c runtime-wedge/cpu/string.c runtime-wedge/cpu/system.c \
	runtime-wedge/cpu/table.c runtime-wedge/cpu/transfer.c runtime-wedge/cpu/user-segment.c \
	runtime-wedge/cpu/user.c runtime-wedge/cpu/user-port.c runtime-wedge/cpu/watch.c \
	runtime-wedge/cpu/cpu.h runtime-wedge/cpu/vcpu.h
runtime_wedge_cpu_libcpu_a_CPPFLAGS = $(WEDGE_CPPFLAGS) -Iruntime-wedge/cpu
runtime_wedge_cpu_libcpu_a_CFLAGS = $(TARGET_CFLAGS)
runtime_wedge_cpu_libcpu_a_CCASFLAGS = -m32

runtime-wedge/cpu/runtime_wedge_cpu_libcpu_a-vectors.$(OBJEXT) \
runtime-wedge/cpu/libcpu_a-vectors.$(OBJEXT): runtime-wedge/cpu/offsets.h
runtime-wedge/cpu/offsets.h: runtime-wedge/cpu/offsets.c afterburner/with-depends
	$(AM_V_GEN)$(MKDIR_P) runtime-wedge/cpu && \
	$(WITH_DEPENDS) $@ $(CC) $(DEFAULT_INCLUDES) $(WEDGE_CPPFLAGS) $(TARGET_CFLAGS) -S -o $@.s \
		$(top_srcdir)/runtime-wedge/cpu/offsets.c && \
	$(SED) -n 's/^@define /#define /p' $@.s >$@ && rm -f $@.s
CLEANFILES += runtime-wedge/cpu/offsets.h
EXTRA_DIST += runtime-wedge/cpu/README runtime-wedge/cpu/offsets.c
