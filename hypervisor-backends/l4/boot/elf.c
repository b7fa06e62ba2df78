/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF executables, loaded to the physical addresses of their segments.
 */
#include "loader.h"
#include "console.h"

struct elf_header {
        u8 ident[16];
        u16 type, machine;
        u32 version, entry, phoff, shoff, flags;
        u16 ehsize, phentsize, phnum;
} PACKED;

struct elf_segment {
        u32 type, offset, vaddr, paddr, file_size, memory_size, flags, align;
};

#define PT_LOAD 1
#define PF_X    1
#define PF_W    2

static const struct elf_segment *segment(const struct image *i, u32 n)
{
        const struct elf_header *h = (const void *)i->file;

        return (const void *)(i->file + h->phoff + n * h->phentsize);
}

static u32 segment_count(const struct image *i)
{
        return ((const struct elf_header *)i->file)->phnum;
}

/*
 * Does it have to be in memory?  Not if all it holds is the file's own headers,
 * which today's linkers put into a segment below the program: L4Ka::Pistachio's
 * comes to lie in the BIOS's area that way.
 */
static bool wanted(const struct image *i, const struct elf_segment *s)
{
        const struct elf_header *h = (const void *)i->file;

        return s->type == PT_LOAD && s->memory_size &&
               (s->offset || s->memory_size > h->phoff + h->phnum * (u32)h->phentsize);
}

static void note_segment(struct image *i, const struct elf_segment *s)
{
        if ((s->flags & PF_X) && !i->text_size) {
                i->text_p = s->paddr;
                i->text_v = s->vaddr;
                i->text_size = s->file_size;
        } else if (!i->data_size) {
                i->data_p = s->paddr;
                i->data_v = s->vaddr;
                i->data_size = s->file_size;
        }
        if (s->memory_size > s->file_size && !i->bss_size) {
                i->bss_p = s->paddr + s->file_size;
                i->bss_v = s->vaddr + s->file_size;
                i->bss_size = s->memory_size - s->file_size;
        }
}

void elf_measure(struct image *i, const char *name)
{
        const struct elf_header *h = (const void *)i->file;
        u32 size = i->file_end - i->file;

        if (size < sizeof(*h) || *(const u32 *)h->ident != 0x464C457Fu || h->ident[4] != 1 ||
            h->type != 2 || h->machine != 3 || h->phoff > size ||
            h->phnum * (u32)h->phentsize > size - h->phoff)
                panic("the %s module is not an IA-32 ELF executable: give the modules kernel, "
                      "sigma0 and root task, in this order\n",
                      name);
        i->low = ~0u;
        i->entry = h->entry;
        for (u32 n = 0; n < segment_count(i); n++) {
                const struct elf_segment *s = segment(i, n);

                if (!wanted(i, s))
                        continue;
                if (s->offset > size || s->file_size > size - s->offset)
                        panic("the %s module is cut short: copy it again\n", name);
                if (s->paddr < i->low)
                        i->low = s->paddr;
                if (s->paddr + s->memory_size > i->high)
                        i->high = s->paddr + s->memory_size;
                note_segment(i, s);
        }
        if (i->low >= i->high)
                panic("the %s module has nothing to load: link it again\n", name);
}

void elf_load(struct image *i)
{
        for (u32 n = 0; n < segment_count(i); n++) {
                const struct elf_segment *s = segment(i, n);

                if (!wanted(i, s))
                        continue;
                memcpy((void *)s->paddr, (const void *)(i->file + s->offset), s->file_size);
                memset((void *)(s->paddr + s->file_size), 0, s->memory_size - s->file_size);
        }
}
