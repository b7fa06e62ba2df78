# SPDX-License-Identifier: GPL-3.0-or-later
# The record library: the one reader and writer of annotation records.
noinst_LIBRARIES += libabrecords.a
libabrecords_a_SOURCES = \
	linker/records/image.h linker/records/internal.h \
	linker/records/image.c linker/records/elf.c linker/records/flat.c \
	linker/records/payload.c linker/records/check.c linker/records/write.c \
	linker/records/sources.c
libabrecords_a_CPPFLAGS = $(AB_CPPFLAGS) -I$(top_srcdir)/linker
libabrecords_a_CFLAGS = $(AB_CFLAGS)
EXTRA_DIST += linker/records/README

# What a program that reads images links.
AB_RECORDS_LIBS = libabrecords.a libabhost.a $(ELF_LIBS) $(Z_LIBS)
