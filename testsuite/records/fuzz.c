/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader under fire.  With libFuzzer this is the target function alone;
 * with REPLAY it brings a driver of its own that mutates crafted images with a
 * fixed seed, for compilers that have no libFuzzer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "records/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count);

static void ignore(void *context, const struct ab_record *record, const char *text)
{
        (void)record;
        *(size_t *)context += strlen(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count)
{
        struct ab_problem problem;
        struct ab_image *image = ab_image_from_memory("fuzz", data, count, &problem);
        const struct ab_source *source;
        char text[128];
        size_t total = 0;

        if (!image)
                return 0;
        ab_image_check(image, ignore, &total);
        for (unsigned i = 0; i < image->record_count; i++) {
                ab_image_place(image, image->records[i].start, text, sizeof text);
                ab_image_bytes(image, image->records[i].start, image->records[i].site_bytes);
                source = ab_image_source_at(image, image->records[i].start);
                total +=
                    source ? strlen(source->unit) + strlen(source->file ? source->file : "") : 0;
        }
        ab_image_linux_version(image, text, sizeof text);
        ab_image_close(image);
        return 0;
}

#ifdef REPLAY
#include <stdio.h>

#include "craft.h"

static uint32_t state;

static uint32_t next_random(void)
{
        state ^= state << 13;
        state ^= state >> 17;
        return state ^= state << 5;
}

/* Change some bytes; now and then cut the end off. */
static size_t mutate(uint8_t *bytes, size_t count)
{
        unsigned changes = 1 + next_random() % 8;

        while (changes--) {
                size_t at = next_random() % count;

                switch (next_random() % 4) {
                case 0:
                        bytes[at] ^= (uint8_t)(1u << next_random() % 8);
                        break;
                case 1:
                        bytes[at] = (uint8_t)next_random();
                        break;
                case 2:
                        bytes[at] = next_random() % 2 ? 0xff : 0;
                        break;
                default:
                        if (count - at >= 4) {
                                uint32_t word = next_random() % 2
                                                    ? next_random() % 4096
                                                    : 0xfffffff0u + next_random() % 16;
                                memcpy(bytes + at, &word, 4);
                        }
                }
        }
        return next_random() % 16 ? count : next_random() % count;
}

int main(int argc, char **argv)
{
        unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1000;
        uint8_t *seeds[5], *bytes;
        size_t counts[5];
        struct craft craft = craft_simple;

        craft.sources = craft_sources;
        craft.sources_bytes = CRAFT_SOURCES_BYTES;
        seeds[0] = craft_elf(&craft, &counts[0]);
        craft.relocatable = true;
        seeds[1] = craft_elf(&craft, &counts[1]);
        craft.relocatable = false;
        craft.flat = true;
        seeds[2] = craft_elf(&craft, &counts[2]);
        seeds[3] = craft_flat(&craft, &counts[3]);
        seeds[4] = craft_bzimage(CRAFT_BOOT_SCANNED, seeds[0], counts[0], NULL, 0, &counts[4]);
        state = 0x2006;
        for (unsigned i = 0; i < rounds; i++) {
                unsigned n = i % 5;

                bytes = malloc(counts[n]);
                memcpy(bytes, seeds[n], counts[n]);
                LLVMFuzzerTestOneInput(bytes, mutate(bytes, counts[n]));
                free(bytes);
        }
        for (unsigned n = 0; n < 5; n++)
                free(seeds[n]);
        printf("%u\n", rounds);
        return 0;
}
#endif
