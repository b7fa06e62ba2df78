/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables and the TSS (SDM 3, chapters 3, 6 and 7).
 */
#ifndef L4K_GDT_H
#define L4K_GDT_H

#include "types.h"
#include "layout.h"

extern u64 gdt[GDT_COUNT];

/* May users raise int 0x30 and int 0x31? */
void gates_for_users(bool open);
extern bool cpu_has_sysenter;

/* Load GDT, IDT and TSS; needs the window (ioports_init). */
void gdt_init(void);

#endif
