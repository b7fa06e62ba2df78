/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules of the virtual MMU are written in (rules.c). */
#ifndef TEST_RULES_H
#define TEST_RULES_H

#include "machine.h"

enum {
        P = 1,
        RW = 2,
        US = 4,
        A = 0x20,
        D = 0x40,
        PS = 0x80,
        G = 0x100,
        DIR1 = 0x100000,
        DIR2 = 0x101000,
        DIR3 = 0x102000,
        DIR4 = 0x103000,
        DIR5 = 0x104000,
        TABLE = 0x110000,
        KERNEL_TABLE = 0x111000,
        OTHER_TABLE = 0x112000,
        USER = 0x08048000,
        CR0 = 0x80010001u,
};
#define KERNEL 0x80400000u

/* The guest kernel loads control registers, ... */
void write_cr0(uint32_t value);
void write_cr4(uint32_t value);
void load_cr3(uint32_t directory);
/* ... and writes the entry for @gva in a directory, or in a table; where that is. */
void pde(uint32_t directory, uint32_t gva, uint32_t value);
void pte(uint32_t table, uint32_t gva, uint32_t value);
uint32_t entry_at(uint32_t table, uint32_t gva);

/* Paging on, in DIR1, whose tables are TABLE for users and KERNEL_TABLE; machine_start(@limit). */
void fresh(uint32_t limit);

/* An access; what it comes to is memory at @gpa; or a fault with @error. */
struct outcome access_at(uint32_t gva, enum mmu_access access, bool user);
bool reaches(uint32_t gva, enum mmu_access access, bool user, uint32_t gpa);
bool faults(uint32_t gva, enum mmu_access access, bool user, uint32_t error);

/* rules-invalidation.c: all of it. */
void invalidation(void);

#endif
