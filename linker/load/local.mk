# SPDX-License-Identifier: GPL-3.0-or-later
# The guest loader twice: for the host's tests and, freestanding, for targets.
# Both need the binder next to them.
AB_LOADER_SOURCES = linker/load/boot.c linker/load/elf.c linker/load/hidden.c \
	linker/load/inflate.c linker/load/kernel.h linker/load/load.c linker/load/load.h \
	linker/load/memory.c linker/load/module.c linker/load/patch.c linker/load/payload.c \
	linker/load/records.c linker/load/text.c
AB_LOADER_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker/core

noinst_LIBRARIES += linker/load/libabload.a linker/load/libabload32.a
linker_load_libabload_a_SOURCES = $(AB_LOADER_SOURCES)
linker_load_libabload_a_CFLAGS = $(AB_CFLAGS)
linker_load_libabload_a_CPPFLAGS = $(AB_LOADER_CPPFLAGS)
linker_load_libabload32_a_SOURCES = $(AB_LOADER_SOURCES)
linker_load_libabload32_a_CFLAGS = $(TARGET_CFLAGS) -O2
linker_load_libabload32_a_CPPFLAGS = $(AB_LOADER_CPPFLAGS)
EXTRA_DIST += linker/load/README
