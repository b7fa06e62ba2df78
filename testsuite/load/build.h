/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small kernel files made in memory, for the loader's tests. */
#ifndef LT_BUILD_H
#define LT_BUILD_H

#include <stdbool.h>
#include "load.h"

/* Where the made kernel lies. */
#define LT_TEXT_GVA   0x80100000u
#define LT_TEXT_GPA   0x00100000u
#define LT_DATA_GVA   0x80102000u
#define LT_DATA_GPA   0x00102000u
#define LT_BSS_BYTES  0x800u
#define LT_FIXMAP_TOP (LT_DATA_GVA + 8)

/* What to make; all zero: a Linux kernel with sites and symbols. */
struct lt_options {
        bool multiboot;
        bool no_records;
        bool no_symbols; /* the variable is found by its export then */
        const struct ab_wedge_description *bound;
        uint32_t feature; /* of an alternative whose replacement is stac; 0: none */
        bool rdtsc;       /* ... or rdtsc instead */
};

struct lt_file {
        uint8_t *bytes;
        uint32_t size;
        uint32_t text, records; /* file offsets */
        uint32_t text_bytes, count;
        uint32_t phdrs, shdrs, sections;
};

/* An ELF file; free(file.bytes). */
struct lt_file lt_elf(const struct lt_options *options);

/* A flat image with a sealed header; @records is the offset of its records. */
struct lt_file lt_flat(void);

/* A bzImage of @kernel; @protocol 0x208 declares its payload. */
struct lt_file lt_bzimage(const struct lt_file *kernel, unsigned protocol);

/* A relocatable file as a guest has it in memory; addresses in it count from @base. */
struct lt_file lt_module(uint32_t base);

/* The code with its sites, and one record for each. */
extern const uint8_t lt_code[];
extern const uint32_t lt_code_bytes;
extern const struct ab_record lt_records[]; /* start counts from the code */
extern const uint32_t lt_record_count;

/* The wedge everything is bound for. */
extern const struct ab_wedge_description lt_wedge;

#endif
