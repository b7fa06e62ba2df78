/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "walker.h"

/* Entries of the manual's tables 4-4 to 4-6, bit by bit. */
struct entry {
        unsigned present : 1, writable : 1, user : 1, write_through : 1, cache_disable : 1;
        unsigned accessed : 1, dirty : 1, size : 1, global : 1, ignored : 3;
        unsigned frame : 20;
};

union word {
        uint32_t all;
        struct entry entry;
};

static union word *at(uint32_t *image, uint32_t physical)
{
        static union word nothing;

        if (physical < MEMORY)
                return (union word *)&image[physical / 4];
        nothing.all = 0xffffffff;
        return &nothing;
}

static struct outcome fault(bool protection, bool reserved, enum mmu_access access, bool user)
{
        uint32_t error = 0;

        if (protection || reserved)
                error += 1;
        if (access == MMU_WRITE)
                error += 2;
        if (user)
                error += 4;
        if (reserved)
                error += 8;
        return (struct outcome){.fault = true, .error = error};
}

/* Section 4.6.1, for data and for instructions alike (no NX, no SMEP, no SMAP). */
static bool violates(bool supervisor_page, bool writable, bool protect, enum mmu_access access,
                     bool user)
{
        if (user) {
                if (supervisor_page)
                        return true;
                return access == MMU_WRITE && !writable;
        }
        return access == MMU_WRITE && !writable && protect;
}

struct outcome walker_access(uint32_t *image, const struct ab_vcpu *control, uint32_t address,
                             enum mmu_access access, bool user)
{
        bool paging = control->cr[0] >> 31 & 1, protect = control->cr[0] >> 16 & 1;
        bool large_pages = control->cr[4] >> 4 & 1;
        union word *directory, *table;

        if (!paging)
                return (struct outcome){.gpa = address};
        directory = at(image, (control->cr[3] & 0xfffff000) + (address >> 22) * 4);
        if (!directory->entry.present)
                return fault(false, false, access, user);
        if (large_pages && directory->entry.size) {
                /* 21:13 reserved without PSE-36, 12 without PAT */
                if (directory->all >> 12 & 0x3ff)
                        return fault(true, true, access, user);
                if (violates(!directory->entry.user, directory->entry.writable, protect, access,
                             user))
                        return fault(true, false, access, user);
                directory->entry.accessed = 1;
                if (access == MMU_WRITE)
                        directory->entry.dirty = 1;
                return (struct outcome){.gpa =
                                            (directory->all & 0xffc00000) | (address & 0x003fffff)};
        }
        table = at(image, directory->entry.frame * 4096u + (address >> 12 & 1023) * 4);
        if (!table->entry.present)
                return fault(false, false, access, user);
        if (table->entry.size) /* reserved without PAT */
                return fault(true, true, access, user);
        if (violates(!directory->entry.user || !table->entry.user,
                     directory->entry.writable && table->entry.writable, protect, access, user))
                return fault(true, false, access, user);
        directory->entry.accessed = 1;
        table->entry.accessed = 1;
        if (access == MMU_WRITE)
                table->entry.dirty = 1;
        return (struct outcome){.gpa = table->entry.frame * 4096u + (address & 0xfff)};
}
