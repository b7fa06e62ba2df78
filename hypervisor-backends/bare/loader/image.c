/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a kernel file: vmlinux (an ELF executable) or bzImage.
 *
 * Addresses in vmlinux need care.  Recent kernels say in p_paddr where a
 * segment goes; until 2.6.2x p_paddr equals p_vaddr, which is PAGE_OFFSET plus
 * the physical address.  Kernels are loaded below 128 MB and every PAGE_OFFSET
 * Linux offers is a multiple of 128 MB from 1 GB up, so anything at or above
 * 1 GB is reduced modulo 128 MB.
 */
#include "loader.h"

#define LOWEST_PAGE_OFFSET 0x40000000u
#define PAGE_OFFSET_UNIT   0x08000000u

struct elf_header {
        uint8_t ident[16];
        uint16_t type, machine;
        uint32_t version, entry, phoff, shoff, flags;
        uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
        uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static uint32_t physical(uint32_t address)
{
        return address >= LOWEST_PAGE_OFFSET ? address % PAGE_OFFSET_UNIT : address;
}

static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static const char *parse_elf(struct image *image, const uint8_t *file, uint32_t bytes)
{
        const struct elf_header *header = (const void *)file;
        const struct elf_segment *segment;
        unsigned i;

        if (file[4] != 1 || header->machine != 3)
                return "the kernel is not for IA-32";
        if (header->type != 2)
                return "the kernel is not an executable (ELF type is not EXEC)";
        if (header->phentsize != sizeof *segment || header->phoff > bytes ||
            header->phnum * sizeof *segment > bytes - header->phoff)
                return "the kernel file is truncated";
        image->target = (struct span){~0u, 0};
        for (i = 0; i < header->phnum; i++) {
                struct move *move = &image->move[image->moves];

                segment = (const void *)(file + header->phoff + i * sizeof *segment);
                if (segment->type != 1 || !segment->memsz)
                        continue;
                if (segment->offset > bytes || segment->filesz > bytes - segment->offset ||
                    segment->filesz > segment->memsz)
                        return "the kernel file is truncated";
                if (image->moves == STAGE_MOVES - 1)
                        return "the kernel has too many segments";
                move->to = physical(segment->paddr);
                move->from = segment->offset;
                move->copy = segment->filesz;
                move->clear = segment->memsz - segment->filesz;
                image->moves++;
                if (move->to < 0x100000) {
                        /* a small one may lie between BIOS data and boot parameters */
                        if (move->to < LOWEST_SEGMENT ||
                            move->to + segment->memsz > PARAMETERS_ADDRESS)
                                return "the kernel wants memory below 1 MB";
                        continue;
                }
                if (move->to < image->target.start)
                        image->target.start = move->to;
                if (move->to + segment->memsz > image->target.end)
                        image->target.end = move->to + segment->memsz;
        }
        if (!image->moves)
                return "the kernel has nothing to load";
        image->entry = physical(header->entry);
        return NULL;
}

static const char *parse_bzimage(struct image *image, const uint8_t *file, uint32_t bytes)
{
        uint32_t setup = ((file[0x1f1] ? file[0x1f1] : 4) + 1u) * 512;
        uint32_t version = file[0x206] | (uint32_t)file[0x207] << 8;
        uint32_t start = 0x100000, end;

        if (version < 0x0202)
                return "the kernel's boot protocol is older than 2.02";
        if (!(file[0x211] & 1))
                return "the kernel is a zImage; only bzImage is supported";
        if (setup >= bytes)
                return "the kernel file is truncated";
        if (version >= 0x020a && word(file + 0x258) > start)
                end = word(file + 0x258) + word(file + 0x260); /* pref_address, init_size */
        else
                end = start + (version >= 0x020a ? word(file + 0x260) : 6 * bytes + 0x400000);
        image->target = (struct span){start, end};
        image->entry = start;
        image->header = 0x1f1;
        image->header_bytes = 0x202u + file[0x201] - 0x1f1;
        image->move[0] = (struct move){start, setup, bytes - setup, 0};
        image->moves = 1;
        return NULL;
}

const char *image_parse(struct image *image, const uint8_t *file, uint32_t bytes)
{
        memset(image, 0, sizeof *image);
        if (bytes > 52 && word(file) == 0x464c457f)
                return parse_elf(image, file, bytes);
        if (bytes > 0x400 && word(file + 0x202) == 0x53726448)
                return parse_bzimage(image, file, bytes);
        return "the kernel is neither an ELF file nor a bzImage";
}
