/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables and the TSS (SDM 3, chapters 3, 6 and 7).
 */
#ifndef L4K_GDT_H
#define L4K_GDT_H

#include "types.h"
#include "layout.h"

struct table_pointer {
        u16 limit;
        u32 base;
} PACKED;

/* The table of unbounded threads, and that of bounded ones (bounds.c). */
extern u64 gdt[GDT_COUNT], gdt_bounded[GDT_COUNT];
extern struct table_pointer gdt_pointer, gdt_bounded_pointer;

extern bool cpu_has_sysenter;

/* Load GDT, IDT and TSS; needs the window (ioports_init). */
void gdt_init(void);

#endif
