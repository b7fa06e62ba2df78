/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Images made to measure for the tests of the record library: built with
 * libelf, field by field, so that each test can break exactly one thing.
 */
#ifndef AFTERBURN_TEST_CRAFT_H
#define AFTERBURN_TEST_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <afterburn/record.h>

#define CRAFT_TEXT_ADDRESS 0x80100000u
#define CRAFT_DATA_ADDRESS 0x80200000u

struct craft {
        bool relocatable;    /* ET_REL; records get relocations */
        const uint8_t *text; /* contents of .text */
        uint32_t text_bytes;
        const struct ab_record *records; /* start: offset into .text */
        unsigned record_count;
        bool flat;           /* records behind a header in .data */
        bool unsealed;       /* ... whose checksum is not set */
        bool no_relocations; /* leave .rel.afterburn out */
        uint32_t odd_bytes;  /* added to the record section */
        const char *notes;   /* contents of .afterburn.notes, or NULL */
        uint32_t notes_bytes;
        const char *sources; /* contents of .afterburn.sources; its sites by address; or NULL */
        uint32_t sources_bytes;
};

/* An ELF file in memory; the caller frees it. */
uint8_t *craft_elf(const struct craft *craft, size_t *bytes);

/* A flat image: .text and, behind it, header and records; loads at CRAFT_TEXT_ADDRESS. */
uint8_t *craft_flat(const struct craft *craft, size_t *bytes);

enum craft_boot {
        CRAFT_BOOT_DECLARED, /* protocol 2.10, payload_offset and _length set */
        CRAFT_BOOT_SCANNED,  /* protocol 2.03, as 2.6.9 makes it */
};

/* A bzImage around `payload', compressed with gzip or, with `magic', not at all. */
uint8_t *craft_bzimage(enum craft_boot boot, const uint8_t *payload, size_t payload_bytes,
                       const char *magic, size_t magic_bytes, size_t *bytes);

/* At offset 0 cli with seven prefixes, then ret; at 9 the same with sti. */
extern const struct craft craft_simple;

/* Sources of craft_simple: its cli in line 300 of b.h, its sti nowhere, both of unit mm/a.c. */
extern const char craft_sources[];
#define CRAFT_SOURCES_BYTES 28

#endif
