/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record library: the one reader and writer of annotation records on the
 * host.  Every tool that wants to know what the toolchain wrote into an image
 * asks here, so that there is one opinion about what a valid image is.
 *
 * An image may come as
 *   a linked ELF file (vmlinux),
 *   a relocatable ELF file (.o, .ko): each section is given an address of its
 *     own and relocations are applied, so that the rest of a tool need not know,
 *   a bzImage: its payload is unpacked and read as one of the others,
 *   a flat image (what objcopy -O binary makes of an old kernel), whose records
 *     lie in memory behind a struct ab_flat_header.
 *
 * Nothing here prints or ends the program.  What is wrong is returned as one
 * line "FILE: what: what to do" in a struct ab_problem.  Input is never trusted.
 * Manual: afterburn-record(5).
 */
#ifndef AFTERBURN_RECORDS_IMAGE_H
#define AFTERBURN_RECORDS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <afterburn/record.h>

/* One line of complaint, without the program's name. */
struct ab_problem {
        char text[512];
};

enum ab_form {
        AB_FORM_LINKED,      /* ELF, ET_EXEC */
        AB_FORM_RELOCATABLE, /* ELF, ET_REL */
        AB_FORM_FLAT,        /* no ELF at all: memory contents */
};

struct ab_section {
        const char *name;
        uint32_t address; /* virtual; made up, but unique, where relocatable */
        uint32_t bytes;
        const uint8_t *data;  /* NULL: occupies memory, not the file */
        unsigned index;       /* ELF section number; 0 in a flat image */
        uint32_t file_offset; /* in the ELF file or flat image */
        bool allocated;
        bool executable;
};

enum ab_symbol_kind { AB_SYMBOL_NOTYPE, AB_SYMBOL_OBJECT, AB_SYMBOL_FUNCTION };

struct ab_symbol {
        const char *name;
        const char *file; /* STT_FILE a local symbol stands under, or NULL */
        uint32_t address;
        uint32_t bytes;
        enum ab_symbol_kind kind;
        bool local;
};

/* Where a site stands in the sources: one entry of AB_SOURCES_SECTION. */
struct ab_source {
        uint32_t start;   /* of the site */
        const char *unit; /* file that was compiled */
        const char *file; /* file the instruction is written in, or NULL */
        unsigned line;    /* there; 0 without a file */
};

struct ab_image {
        char *path;
        enum ab_form form;
        bool packed;                 /* it was the payload of a bzImage */
        struct ab_section *sections; /* allocated ones by address, then the others */
        unsigned section_count;
        struct ab_symbol *symbols; /* by address; functions before others */
        unsigned symbol_count;
        struct ab_record *records; /* by start address */
        unsigned record_count;
        bool has_records;          /* a record section or header exists */
        struct ab_source *sources; /* by start address; not every image has them */
        unsigned source_count;
        char *notes; /* .afterburn.notes: NUL-terminated lines */
        uint32_t note_bytes;
        const struct ab_flat_header *flat; /* NULL: records are in a section */
        uint32_t flat_offset;              /* of the header, in the file or payload */
        uint32_t flat_address;             /* virtual address of the header */
        uint8_t *file;                     /* the ELF file or flat image itself */
        size_t file_bytes;
        struct ab_image_private *private;
};

/*
 * Open and read `path'.  NULL and a problem when it cannot be read, is not an
 * image, or its records are not records (wrong size, newer version, bad
 * checksum).  What single records say is checked by ab_image_check().
 */
struct ab_image *ab_image_open(const char *path, struct ab_problem *problem);

/*
 * The same, but a flat header need not have its checksum yet: for the program
 * that seals it.
 */
struct ab_image *ab_image_open_unsealed(const char *path, struct ab_problem *problem);

/* The same for bytes in memory; `path' is used in messages only. */
struct ab_image *ab_image_from_memory(const char *path, const void *bytes, size_t count,
                                      struct ab_problem *problem);

void ab_image_close(struct ab_image *image);

/*
 * Check every record: version, kind, class, lengths, padding, operands, place
 * inside one executable section, no two sites overlapping.  `report' is called
 * once per fault with a line that needs no file name.  Returns the number of
 * faults.
 */
unsigned ab_image_check(const struct ab_image *image,
                        void (*report)(void *context, const struct ab_record *record,
                                       const char *text),
                        void *context);

/* First fault of ab_image_check() as a problem; true when there is none. */
bool ab_image_is_valid(const struct ab_image *image, struct ab_problem *problem);

/* Section that holds [address, address + bytes), or NULL. */
const struct ab_section *ab_image_section_at(const struct ab_image *image, uint32_t address,
                                             uint32_t bytes);

/* Section called `name', or NULL. */
const struct ab_section *ab_image_section(const struct ab_image *image, const char *name);

/* Bytes at a virtual address, at least `bytes' of them, or NULL. */
const uint8_t *ab_image_bytes(const struct ab_image *image, uint32_t address, uint32_t bytes);

/*
 * Last symbol of an executable section at or below `address' in the same
 * section: functions are preferred to labels.  NULL when there is none.
 */
const struct ab_symbol *ab_image_symbol_at(const struct ab_image *image, uint32_t address);

/* Source of the site that starts at `start', or NULL. */
const struct ab_source *ab_image_source_at(const struct ab_image *image, uint32_t start);

/*
 * Text for a place: "symbol+0x12" or "section+0x12" or "0x80001234".  Returns
 * `buffer'.
 */
char *ab_image_place(const struct ab_image *image, uint32_t address, char *buffer, size_t bytes);

/*
 * Version of the Linux kernel in the image, from its banner ("6.1.192"), into
 * `buffer'.  False when there is no banner.
 */
bool ab_image_linux_version(const struct ab_image *image, char *buffer, size_t bytes);

/*
 * Write the ELF file of `image' to `path' with its record section replaced by
 * `count' records, in the order given; `path' appears whole or not at all.  A
 * relocatable file is refused when the number of records changes, because
 * their addresses are relocations.
 */
bool ab_image_write_records(const struct ab_image *image, const char *path,
                            const struct ab_record *records, unsigned count,
                            struct ab_problem *problem);

/*
 * Write `image' to `path' with the checksum of its flat header set, so that
 * header and records sum to zero; the other fields stay as they were linked.
 */
bool ab_image_seal(const struct ab_image *image, const char *path, struct ab_problem *problem);

/* 32-bit sum of `bytes' (rounded down to words) of little-endian words. */
uint32_t ab_flat_sum(const void *data, uint32_t bytes);

#endif
