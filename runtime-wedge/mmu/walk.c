/* SPDX-License-Identifier: BSD-2-Clause */
/* A walk through the guest's page tables: translation, rights, accessed and dirty bits. */
#include "walk.h"

/*
 * Bits that must be zero in a present entry of a processor without page attribute
 * tables and without 36-bit large pages; this processor has neither.
 */
enum { RESERVED_LARGE = 0x003ff000, RESERVED_SMALL = PTE_PS };

const struct ab_vcpu *walk_cpu;

uint32_t walk_read(uint32_t gpa)
{
        const uint32_t *entry = backend_physical(gpa);

        return entry ? *entry : NOTHING;
}

/* NULL where there is no memory.  A table may be its own directory: both entries are one then. */
static void set_bits(uint32_t *at, uint32_t bits)
{
        if (at && (*at & bits) != bits)
                *at |= bits;
}

uint32_t walk_directory(void)
{
        return walk_cpu->cr[0] & CR0_PG ? walk_cpu->cr[3] & PTE_FRAME : WALK_UNPAGED;
}

/* With paging off, memory is one large page after another. */
uint32_t AB_FAST walk_pde(uint32_t directory, uint32_t row)
{
        if (directory == WALK_UNPAGED)
                return row << 22 | PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D | PTE_PS;
        return walk_read(directory + row * 4);
}

static bool is_large(uint32_t directory, uint32_t pde)
{
        return pde & PTE_PS && (directory == WALK_UNPAGED || walk_cpu->cr[4] & CR4_PSE);
}

/* May this access be made where @rights are those of both levels? */
static bool allowed(uint32_t rights, enum mmu_access access, bool user)
{
        if (user && !(rights & PTE_US))
                return false;
        return access != MMU_WRITE || rights & PTE_RW || (!user && !(walk_cpu->cr[0] & CR0_WP));
}

static __attribute__((noinline)) bool walk_any(uint32_t gva, enum mmu_access access, bool user,
                                               struct walk *walk, uint32_t *error)
{
        uint32_t directory = walk_directory(), row = gva >> 22, rights, bits;
        uint32_t *pde_at = directory == WALK_UNPAGED ? 0 : backend_physical(directory + row * 4);
        uint32_t pde = pde_at ? *pde_at : walk_pde(directory, row), entry = pde, *entry_at = 0;
        bool reserved, override;

        *error = (access == MMU_WRITE ? ERROR_W : 0) | (user ? ERROR_U : 0);
        if (!(pde & PTE_P))
                return false;
        walk->large = is_large(directory, pde);
        if (walk->large) {
                walk->gpa = (pde & PDE_FRAME) | (gva & ~PDE_FRAME);
                rights = pde;
                reserved = pde & RESERVED_LARGE;
        } else {
                entry_at = backend_physical((pde & PTE_FRAME) + (gva >> 12) % 1024 * 4);
                entry = entry_at ? *entry_at : NOTHING;
                if (!(entry & PTE_P))
                        return false;
                walk->gpa = (entry & PTE_FRAME) | (gva & ~PTE_FRAME);
                rights = pde & entry;
                reserved = entry & RESERVED_SMALL;
        }
        if (reserved)
                *error |= ERROR_RSVD;
        if (reserved || !allowed(rights, access, user)) {
                *error |= ERROR_P;
                return false;
        }
        bits = access == MMU_WRITE ? PTE_A | PTE_D : PTE_A;
        set_bits(walk->large ? pde_at : entry_at, bits);
        walk->at = entry_at;
        if (!walk->large && !(pde & PTE_A)) {
                set_bits(backend_physical(directory + row * 4), PTE_A);
                walk->at = 0;
        }
        pde |= walk->large ? bits : PTE_A;
        entry |= bits;
        walk->pde = pde;
        walk->entry = entry;
        /* writable only because CR0.WP is off: for the kernel alone */
        override = access == MMU_WRITE && !(rights & PTE_RW);
        walk->user = rights & PTE_US && !override;
        walk->write = entry & PTE_D && (rights & PTE_RW || override);
        return true;
}

/*
 * Mostly: user code and a page of 4 KB that is not there, or that it may access so, in a table that
 * was accessed before.  All else goes the long way, from the beginning.
 */
bool AB_FAST walk_tables(uint32_t gva, enum mmu_access access, bool user, struct walk *walk,
                         uint32_t *error)
{
        const struct ab_vcpu *cpu = walk_cpu;
        bool write = access == MMU_WRITE;
        uint32_t needed = write ? PTE_US | PTE_RW : PTE_US, bits = write ? PTE_A | PTE_D : PTE_A;
        uint32_t *at, pde, entry;

        if (!user || !(cpu->cr[0] & CR0_PG))
                return walk_any(gva, access, user, walk, error);
        at = backend_physical((cpu->cr[3] & PTE_FRAME) + (gva >> 22) * 4);
        if (!at || (*at & (PTE_P | PTE_A | PTE_PS)) != (PTE_P | PTE_A))
                return walk_any(gva, access, user, walk, error);
        pde = *at;
        at = backend_physical((pde & PTE_FRAME) + (gva >> 12) % 1024 * 4);
        if (!at)
                return walk_any(gva, access, user, walk, error);
        entry = *at;
        if (!(entry & PTE_P)) {
                *error = write ? ERROR_W | ERROR_U : ERROR_U;
                return false;
        }
        if ((pde & entry & needed) != needed || entry & RESERVED_SMALL)
                return walk_any(gva, access, user, walk, error);
        if (~entry & bits)
                *at = entry |= bits;
        walk->gpa = (entry & PTE_FRAME) | (gva & ~PTE_FRAME);
        walk->pde = pde;
        walk->entry = entry;
        walk->at = at;
        walk->large = false;
        walk->user = true;
        walk->write = entry & PTE_D && pde & entry & PTE_RW;
        return true;
}
