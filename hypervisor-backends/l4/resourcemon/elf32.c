/* SPDX-License-Identifier: BSD-2-Clause */
/* Every number is checked before a byte is copied: a module may be anything. */
#include <l4/io.h>
#include "elf32.h"

#define EI_MAGIC  0x464C457F /* 0x7F 'E' 'L' 'F' */
#define ET_EXEC   2
#define EM_386    3
#define PT_LOAD   1
#define IMAGE_MAX 0x10000000u

struct header {
        uint32_t magic, ident[3];
        uint16_t type, machine;
        uint32_t version, entry, phoff, shoff, flags;
        uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct segment {
        uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

static const struct segment *segment(const struct header *h, unsigned int i)
{
        return (const struct segment *)((const char *)h + h->phoff + i * h->phentsize);
}

const char *elf32_range(const void *file, L4_Word_t size, L4_Word_t *base, L4_Word_t *span,
                        L4_Word_t *entry)
{
        const struct header *h = file;
        L4_Word_t low = 0xFFFFFFFF, high = 0;

        if (size < sizeof(*h) || h->magic != EI_MAGIC || (h->ident[0] & 0xFF) != 1)
                return "it is no 32-bit ELF file";
        if (h->type != ET_EXEC || h->machine != EM_386)
                return "it is no static executable for IA-32";
        if (h->phentsize < sizeof(struct segment) || h->phoff > size ||
            (uint64_t)h->phnum * h->phentsize > size - h->phoff)
                return "its program headers lie outside the file";
        for (unsigned int i = 0; i < h->phnum; i++) {
                const struct segment *s = segment(h, i);

                if (s->type != PT_LOAD)
                        continue;
                if (s->offset > size || s->filesz > size - s->offset || s->filesz > s->memsz)
                        return "a segment lies outside the file";
                if (!s->memsz)
                        continue;
                if (s->vaddr >= L4_ROOT_UTCB_BASE || s->memsz > L4_ROOT_UTCB_BASE - s->vaddr)
                        return "a segment lies outside user space";
                if (s->vaddr < low)
                        low = s->vaddr;
                if (s->vaddr + s->memsz > high)
                        high = s->vaddr + s->memsz;
        }
        if (low >= high)
                return "it has nothing to load";
        *base = low & ~(L4_PAGE_SIZE - 1u);
        *span = ((high + L4_PAGE_SIZE - 1) & ~(L4_PAGE_SIZE - 1u)) - *base;
        *entry = h->entry;
        return *span > IMAGE_MAX ? "its image is larger than 256 MB" : NULL;
}

void elf32_load(const void *file, char *memory, L4_Word_t base)
{
        const struct header *h = file;

        for (unsigned int i = 0; i < h->phnum; i++) {
                const struct segment *s = segment(h, i);

                if (s->type == PT_LOAD)
                        memcpy(memory + (s->vaddr - base), (const char *)file + s->offset,
                               s->filesz);
        }
}
