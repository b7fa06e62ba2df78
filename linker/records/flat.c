/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flat form: records in memory, behind a header found by scanning.
 */
#include "config.h"
#include "internal.h"

#include <string.h>

#include "host/diag.h"

uint32_t ab_flat_sum(const void *data, uint32_t bytes)
{
        const uint8_t *p = data;
        uint32_t sum = 0;

        for (; bytes >= 4; bytes -= 4, p += 4) {
                uint32_t word;

                memcpy(&word, p, 4);
                sum += word;
        }
        return sum;
}

/* The header at `data' + `offset', whose magic matched. */
static bool read_header(struct ab_image *image, const uint8_t *data, uint32_t bytes,
                        uint32_t offset, struct ab_problem *problem)
{
        struct ab_flat_header *header = ab_image_own(image, ab_alloc(sizeof *header));
        const uint8_t *records = data + offset + sizeof *header;

        memcpy(header, data + offset, sizeof *header);
        if (header->version > AB_RECORD_VERSION)
                return ab_problem_set(problem, image->path,
                                      "records of version %u, this program reads version %u: "
                                      "use a newer afterburn",
                                      header->version, AB_RECORD_VERSION);
        if (header->version < AB_RECORD_VERSION)
                return ab_problem_set(problem, image->path,
                                      "record header of version %u: build the image again",
                                      header->version);
        if (header->record_bytes % AB_RECORD_BYTES ||
            header->record_bytes > bytes - offset - sizeof *header)
                return ab_problem_set(problem, image->path,
                                      "record header names %u bytes of records, the image has "
                                      "not got them: build the image again",
                                      header->record_bytes);
        if (!image->private->unsealed &&
            ab_flat_sum(data + offset, sizeof *header) + ab_flat_sum(records, header->record_bytes))
                return ab_problem_set(problem, image->path,
                                      "checksum of the records is wrong: build the image again");
        ab_image_add_records(image, records, header->record_bytes / AB_RECORD_BYTES);
        image->flat = header;
        image->has_records = true;
        return true;
}

bool ab_flat_find(struct ab_image *image, const uint8_t *data, uint32_t bytes, uint32_t file_offset,
                  uint32_t address, bool address_known, bool *found, struct ab_problem *problem)
{
        static const uint32_t magic[2] = {AB_FLAT_MAGIC0, AB_FLAT_MAGIC1};
        struct ab_problem first = {""};
        uint32_t offset;

        *found = false;
        for (offset = 0; bytes >= sizeof(struct ab_flat_header) &&
                         offset <= bytes - sizeof(struct ab_flat_header);
             offset += 4) {
                if (memcmp(data + offset, magic, sizeof magic))
                        continue;
                if (!read_header(image, data, bytes, offset, first.text[0] ? problem : &first)) {
                        /* The magic may stand in code that searches for it: look on. */
                        continue;
                }
                *found = true;
                image->flat_offset = file_offset + offset;
                image->flat_address = address_known ? address + offset : image->flat->self;
                if (address_known && image->flat->self != address + offset)
                        return ab_problem_set(problem, image->path,
                                              "record header says it is at 0x%x and is at 0x%x: "
                                              "build the image again",
                                              image->flat->self, address + offset);
                return true;
        }
        if (first.text[0]) {
                *problem = first;
                return false;
        }
        return true;
}

bool ab_flat_read(struct ab_image *image, struct ab_problem *problem)
{
        struct ab_section *memory;
        bool found;

        if (image->file_bytes > UINT32_MAX / 2)
                return ab_problem_set(problem, image->path, "too large for an IA-32 kernel");
        if (!ab_flat_find(image, image->file, (uint32_t)image->file_bytes, 0, 0, false, &found,
                          problem))
                return false;
        if (!found && image->packed)
                return ab_problem_set(problem, image->path,
                                      "no annotation records in the payload: build the kernel "
                                      "with afterburn make");
        if (!found)
                return ab_problem_set(problem, image->path,
                                      "not an ELF file, boot image or annotated flat image: give "
                                      "a kernel, module or object file");
        image->form = AB_FORM_FLAT;
        if (image->flat->self - image->flat->load_gva != image->flat_offset ||
            image->flat->load_gva + (uint32_t)image->file_bytes < image->flat->load_gva)
                return ab_problem_set(problem, image->path,
                                      "record header's load address 0x%x does not fit the image: "
                                      "build the image again",
                                      image->flat->load_gva);
        memory = ab_alloc(sizeof *memory);
        *memory = (struct ab_section){
            .name = "image",
            .address = image->flat->load_gva,
            .bytes = (uint32_t)image->file_bytes,
            .data = image->file,
            .allocated = true,
            .executable = true,
        };
        image->sections = memory;
        image->section_count = 1;
        return true;
}
