/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the record library share.
 */
#ifndef AFTERBURN_RECORDS_INTERNAL_H
#define AFTERBURN_RECORDS_INTERNAL_H

#include <libelf.h>

#include "image.h"

/* Memory that lives as long as the image. */
struct ab_image_private {
        Elf *elf;
        void **owned;
        unsigned owned_count;
        bool unsealed; /* the flat checksum is not checked */
};

/* Keep `memory' until the image is closed; returns it. */
void *ab_image_own(struct ab_image *image, void *memory);

/* Fill a problem with "FILE: what"; always returns false. */
bool ab_problem_set(struct ab_problem *problem, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Read the ELF file in image->file. */
bool ab_elf_read(struct ab_image *image, struct ab_problem *problem);

/* Read the flat image in image->file, which need not have a header. */
bool ab_flat_read(struct ab_image *image, struct ab_problem *problem);

/*
 * Find and check a flat header in `bytes' of memory that start at `address'
 * (address_known) or anywhere.  Sets image->flat and the records.  `found' says
 * whether there was a header at all.
 */
bool ab_flat_find(struct ab_image *image, const uint8_t *data, uint32_t bytes, uint32_t file_offset,
                  uint32_t address, bool address_known, bool *found, struct ab_problem *problem);

/* Whether `bytes' look like a Linux boot image. */
bool ab_payload_is_bzimage(const uint8_t *bytes, size_t count);

/*
 * Unpack the payload of a boot image into fresh memory; ends with true and a
 * buffer to free, or a problem.
 */
bool ab_payload_unpack(const char *path, const uint8_t *bytes, size_t count, uint8_t **payload,
                       size_t *payload_bytes, struct ab_problem *problem);

/* Copy `count' records of 16 bytes from `data' to the end of the image's. */
void ab_image_add_records(struct ab_image *image, const uint8_t *data, unsigned count);

/*
 * Read the entries in `data', whose starts are addresses, into image->sources.
 * The strings stay where they are.
 */
bool ab_sources_read(struct ab_image *image, const uint8_t *data, uint32_t bytes,
                     struct ab_problem *problem);

/* Sort records, sources and symbols. */
void ab_image_sort(struct ab_image *image);

#endif
