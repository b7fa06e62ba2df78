/* SPDX-License-Identifier: BSD-2-Clause */
/* Static IA-32 ELF executables: how large, and loading. */
#ifndef RESOURCEMON_ELF32_H
#define RESOURCEMON_ELF32_H

#include <l4/types.h>

/*
 * Check the file of @size bytes at @file and find the page range [*base, *base
 * + *span) that it occupies.  Returns a sentence on error, else null.
 */
const char *elf32_range(const void *file, L4_Word_t size, L4_Word_t *base, L4_Word_t *span,
                        L4_Word_t *entry);

/* Copy the segments of a checked file to @memory, which stands for address @base. */
void elf32_load(const void *file, char *memory, L4_Word_t base);

#endif /* RESOURCEMON_ELF32_H */
