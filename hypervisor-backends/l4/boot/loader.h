/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's parts.  It runs once, on flat physical memory, and any problem
 * ends in one sentence on the serial port.
 */
#ifndef L4_LOADER_H
#define L4_LOADER_H

#include "types.h"
#include "kip.h"

/* --- multiboot 1 information ------------------------------------------------ */

#define MBI_MAGIC       0x2BADB002u
#define MBI_HAS_MEMORY  BIT(0)
#define MBI_HAS_CMDLINE BIT(2)
#define MBI_HAS_MODULES BIT(3)
#define MBI_HAS_MAP     BIT(6)

struct mbi {
        u32 flags, mem_lower, mem_upper, boot_device, cmdline;
        u32 module_count, modules;
        u32 symbols[4];
        u32 map_length, map;
        u32 drives[2], config, loader_name, apm, vbe[4];
};

struct mbi_module {
        u32 start, end, cmdline, reserved;
};

struct mbi_region {
        u32 size; /* of what follows */
        u64 base, length;
        u32 type; /* 1: memory */
} PACKED;

/* --- what is where (ranges.c) --------------------------------------------------- */

/* Remember memory from the map or from the old size fields. */
void ranges_init(const struct mbi *info);
/* Mark [low, high) used; `what` names it if it collides or is not memory. */
void range_use(u32 low, u32 high, const char *what);
void range_mark(u32 low, u32 high);
/* The first mark, of all low memory, shrinks to this. */
void ranges_reset_low(u32 low, u32 high);
/* Highest free, page-aligned block of `size` bytes below `limit`; 0 if none. */
u32 range_find(u32 size, u32 limit);
/* Size of all memory below 4 GB. */
u32 ranges_total(void);
/* Put the map into the KIP as memory descriptors. */
void ranges_describe(const struct mbi *info);

/* --- ELF (elf.c) ----------------------------------------------------------------- */

struct image {
        u32 low, high, entry;          /* physical, high exclusive */
        u32 text_p, text_v, text_size; /* first executable segment */
        u32 data_p, data_v, data_size; /* first writable one */
        u32 bss_p, bss_v, bss_size;
        u32 file, file_end;
        const char *cmdline;
};

/* Extent of the image in memory, without loading it. */
void elf_measure(struct image *i, const char *name);
/* Copy the segments to their physical addresses. */
void elf_load(struct image *i);

/* --- boot information (bootinfo.c) --------------------------------------------------- */

struct boot {
        struct mbi info;
        struct image kernel, sigma0, root;
        struct mbi_module modules[64]; /* those behind the first three */
        u32 module_count;
};

/* Copy the multiboot information and build the L4 boot information; its address. */
u32 bootinfo_build(struct boot *b, u32 limit);

/* The KIP of the loaded kernel. */
extern struct kip *loaded_kip;
void describe(u32 low, u32 high, u32 type);

u32 string_length(const char *s);

#endif
