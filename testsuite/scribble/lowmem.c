/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "host/diag.h"
#include "host/output.h"
#include "lowmem.h"

enum { LOW = 0x10000, LOW_END = 0x80000, PAGE = 4096 };

static uint8_t bytes[LOW_END - LOW];
static uint32_t used, base;

/* PAGE_OFFSET is what separates virtual addresses from physical ones below 128 MB. */
void low_start(const struct ab_image *image)
{
        unsigned i;

        for (i = 0; i < image->section_count; i++)
                if (image->sections[i].executable && image->sections[i].allocated) {
                        base = (image->sections[i].address & 0xf8000000) + LOW;
                        return;
                }
        ab_die(AB_EXIT_ERROR, "%s: no code: give vmlinux", image->path);
}

void low_put(unsigned byte)
{
        if (used == sizeof(bytes))
                ab_die(AB_EXIT_ERROR, "the added code does not fit below 512 KB");
        bytes[used++] = byte;
}

void low_put32(uint32_t word)
{
        low_put(word & 255);
        low_put(word >> 8 & 255);
        low_put(word >> 16 & 255);
        low_put(word >> 24);
}

uint32_t low_here(void)
{
        return base + used;
}

uint32_t low_used(void)
{
        return used;
}

void low_patch32(uint32_t address, uint32_t word)
{
        memcpy(bytes + (address - base), &word, 4);
}

/* The file, then the added code, then program headers with one more segment. */
void low_write(const struct ab_image *image, const char *path)
{
        Elf32_Ehdr header;
        Elf32_Phdr segment = {.p_type = PT_LOAD,
                              .p_vaddr = base,
                              .p_paddr = LOW,
                              .p_filesz = used,
                              .p_memsz = used,
                              .p_flags = PF_R | PF_X,
                              .p_align = PAGE};
        uint32_t at = (image->file_bytes + PAGE - 1) & -PAGE, phdrs = at + ((used + 3) & -4u);
        uint32_t old, all;
        struct ab_output output;
        uint8_t *file;

        memcpy(&header, image->file, sizeof(header));
        old = header.e_phnum * sizeof(segment);
        all = phdrs + old + sizeof(segment);
        file = ab_alloc(all);
        memset(file, 0, all);
        memcpy(file, image->file, image->file_bytes);
        memcpy(file + at, bytes, used);
        memcpy(file + phdrs, image->file + header.e_phoff, old);
        segment.p_offset = at;
        memcpy(file + phdrs + old, &segment, sizeof(segment));
        header.e_phoff = phdrs;
        header.e_phnum++;
        memcpy(file, &header, sizeof(header));

        ab_output_open(&output, path);
        if (fwrite(file, 1, all, output.stream) != all)
                ab_die(AB_EXIT_ERROR, "%s: %s", path, strerror(errno));
        ab_output_commit(&output, 0);
        free(file);
}
