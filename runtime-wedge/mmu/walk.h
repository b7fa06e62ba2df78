/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's page tables, as IA-32 says a processor without PAE reads them. */
#ifndef AB_MMU_WALK_H
#define AB_MMU_WALK_H

#include "mmu.h"

/* Bits of an entry of either level. */
enum {
        PTE_P = 0x001,
        PTE_RW = 0x002,
        PTE_US = 0x004,
        PTE_A = 0x020,
        PTE_D = 0x040,
        PTE_PS = 0x080, /* in a directory: a page of 4 MB; in a table: reserved */
        PTE_G = 0x100,
};

#define PTE_FRAME  0xfffff000u
#define PDE_FRAME  0xffc00000u /* of a page of 4 MB */
#define LARGE_PAGE 0x00400000u
#define NOTHING    0xffffffffu /* what memory that is not there reads */

/* Bits of control registers that matter here. */
#define CR0_WP  0x00010000u
#define CR0_PG  0x80000000u
#define CR4_PSE 0x010u
#define CR4_PAE 0x020u
#define CR4_PGE 0x080u

/* Bits of a page fault's error code. */
enum { ERROR_P = 1, ERROR_W = 2, ERROR_U = 4, ERROR_RSVD = 8 };

/* What a walk found, accessed and dirty bits set. */
struct walk {
        uint32_t gpa;   /* of the byte */
        uint32_t pde;   /* directory entry */
        uint32_t entry; /* the entry that maps the page; the directory's for a large page */
        const uint32_t
            *at; /* where a small page's is, until backend_physical() is called; or NULL */
        bool large;
        bool user;  /* user code may use the page */
        bool write; /* it may be written now without another bit to set */
};

/* Registers of the guest's processor. */
extern const struct ab_vcpu *walk_cpu;

/*
 * Translate @gva for an access of the guest's user mode (@user) or kernel.  False:
 * *@error is the page fault's, and no bit was set.
 */
bool walk_tables(uint32_t gva, enum mmu_access access, bool user, struct walk *walk,
                 uint32_t *error) AB_FAST;

/* Directory entry of the current mode for row @row (address >> 22), as it now stands. */
uint32_t walk_pde(uint32_t directory, uint32_t row) AB_FAST;

/* An entry in memory; all ones, as everything, where there is none. */
uint32_t walk_read(uint32_t gpa);

/* What stands for a page directory while paging is off. */
#define WALK_UNPAGED 1u

/* The page directory in force: its address, or WALK_UNPAGED. */
uint32_t walk_directory(void);

#endif
