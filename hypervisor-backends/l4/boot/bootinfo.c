/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What user programs learn of the boot: the generic L4 boot information (L4
 * X.2 manual, appendix on boot information) and a copy of the multiboot
 * structure whose command line is the root task's.
 */
#include "loader.h"
#include "console.h"
#include "x86.h"

#define BOOTINFO_MAGIC 0x14B0021Du
#define RECORD_MODULE  1
#define RECORD_EXEC    2
#define RECORD_MBI     0x102
#define BOOT_TABLE     (14u | 1u << 4) /* memory descriptor: boot loader's tables */

struct bootinfo {
        u32 magic, version, size, first, records, reserved[3];
};

struct record {
        u32 type, version, next; /* offset from this record */
};

struct module_record {
        struct record r;
        u32 start, size, cmdline; /* offset from this record, 0 none */
};

struct exec_record {
        struct record r;
        u32 text_p, text_v, text_size, data_p, data_v, data_size, bss_p, bss_v, bss_size;
        u32 entry, flags, label, cmdline;
};

struct mbi_record {
        struct record r;
        u32 address;
};

/* A page-aligned block being filled. */
static u32 block, at, block_end;

static void open_block(u32 size, u32 limit, const char *what)
{
        block = range_find(size, limit);
        if (!block)
                panic("no memory for the %s: give the machine more\n", what);
        size = (size + PAGE_SIZE - 1) & PTE_FRAME;
        range_mark(block, block + size);
        memset((void *)block, 0, size);
        at = block;
        block_end = block + size;
        describe(block, block_end, BOOT_TABLE);
}

static void *take(u32 size)
{
        u32 p = at;

        at += (size + 3) & ~3u;
        return (void *)p;
}

static u32 copy_string(const char *s)
{
        u32 len = string_length(s) + 1;

        return (u32)memcpy(take(len), s, len);
}

u32 string_length(const char *s)
{
        u32 n = 0;

        while (s[n])
                n++;
        return n;
}

static u32 copy_mbi(struct boot *b, u32 limit)
{
        u32 size = sizeof(struct mbi) + (b->module_count + 3) * sizeof(struct mbi_module) +
                   b->info.map_length + string_length(b->root.cmdline) * 2 +
                   string_length(b->kernel.cmdline) + string_length(b->sigma0.cmdline) + 64;
        const struct image *first[3] = {&b->kernel, &b->sigma0, &b->root};
        struct mbi_module *m;
        struct mbi *copy;

        for (u32 i = 0; i < b->module_count; i++)
                size += string_length((const char *)b->modules[i].cmdline) + 4;
        open_block(size, limit, "multiboot information");
        copy = memcpy(take(sizeof(*copy)), &b->info, sizeof(*copy));
        copy->flags &= MBI_HAS_MEMORY | MBI_HAS_CMDLINE | MBI_HAS_MODULES | MBI_HAS_MAP;
        copy->flags |= MBI_HAS_CMDLINE;
        copy->cmdline = copy_string(b->root.cmdline);
        if (copy->flags & MBI_HAS_MAP)
                copy->map =
                    (u32)memcpy(take(copy->map_length), (void *)b->info.map, copy->map_length);
        m = take((b->module_count + 3) * sizeof(*m));
        copy->modules = (u32)m;
        for (u32 i = 0; i < 3; i++, m++)
                *m = (struct mbi_module){first[i]->low, first[i]->high,
                                         copy_string(first[i]->cmdline), 0};
        for (u32 i = 0; i < b->module_count; i++, m++) {
                *m = b->modules[i];
                m->cmdline = copy_string((const char *)m->cmdline);
        }
        return (u32)copy;
}

static void exec_record(const struct image *i)
{
        struct exec_record *r = take(sizeof(*r));

        *r = (struct exec_record){
            .r = {RECORD_EXEC, 1, 0},
            .text_p = i->text_p,
            .text_v = i->text_v,
            .text_size = i->text_size,
            .data_p = i->data_p,
            .data_v = i->data_v,
            .data_size = i->data_size,
            .bss_p = i->bss_p,
            .bss_v = i->bss_v,
            .bss_size = i->bss_size,
            .entry = i->entry,
        };
        r->cmdline = copy_string(i->cmdline) - (u32)r;
        r->r.next = at - (u32)r;
}

u32 bootinfo_build(struct boot *b, u32 limit)
{
        u32 mbi = copy_mbi(b, limit), size = 1024;
        struct bootinfo *info;
        struct mbi_record *last;

        size += string_length(b->sigma0.cmdline) + string_length(b->root.cmdline);
        for (u32 i = 0; i < b->module_count; i++)
                size += sizeof(struct module_record) + 8 +
                        string_length((const char *)b->modules[i].cmdline);
        open_block(size, limit, "boot information");
        info = take(sizeof(*info));
        *info = (struct bootinfo){.magic = BOOTINFO_MAGIC, .version = 1, .first = sizeof(*info)};
        exec_record(&b->sigma0);
        exec_record(&b->root);
        for (u32 i = 0; i < b->module_count; i++) {
                struct module_record *r = take(sizeof(*r));

                r->r = (struct record){RECORD_MODULE, 1, 0};
                r->start = b->modules[i].start;
                r->size = b->modules[i].end - b->modules[i].start;
                r->cmdline = copy_string((const char *)b->modules[i].cmdline) - (u32)r;
                r->r.next = at - (u32)r;
        }
        last = take(sizeof(*last));
        last->r = (struct record){RECORD_MBI, 1, 0};
        last->address = mbi;
        info->records = 3 + b->module_count;
        info->size = at - block;
        return (u32)info;
}
