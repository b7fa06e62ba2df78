# SPDX-License-Identifier: GPL-3.0-or-later
# The binder twice: for the host's tools and, freestanding, for targets.
AB_BINDER_SOURCES = linker/core/bind.c linker/core/bind.h linker/core/classify.c \
	linker/core/decode.c linker/core/decode.h linker/core/nop.c linker/core/shape.c \
	linker/core/shape.h linker/core/vector.c linker/core/vector.h

noinst_LIBRARIES += linker/core/libabbind.a linker/core/libabbind32.a
linker_core_libabbind_a_SOURCES = $(AB_BINDER_SOURCES)
linker_core_libabbind_a_CFLAGS = $(AB_CFLAGS)
linker_core_libabbind_a_CPPFLAGS = $(AB_CPPFLAGS)
linker_core_libabbind32_a_SOURCES = $(AB_BINDER_SOURCES)
linker_core_libabbind32_a_CFLAGS = $(TARGET_CFLAGS)
linker_core_libabbind32_a_CPPFLAGS = $(AB_CPPFLAGS)
EXTRA_DIST += linker/core/README
