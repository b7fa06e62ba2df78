/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's accesses to memory at linear addresses: descriptor tables, task segment,
 * stacks, operands.  What the virtual MMU has found is kept, as a translation look-aside buffer
 * does, until a mapping of the kind is taken away (mmu_epoch).
 */
#ifndef AB_LINEAR_H
#define AB_LINEAR_H

#include "mmu/mmu.h"

enum { TLB_ENTRIES = 64 };

struct tlb_entry {
        uint32_t page, epoch; /* the wedge sees it at its own address */
};

extern struct tlb_entry tlb[2][TLB_ENTRIES]; /* for reading, for writing */

/* Where the wedge sees @gva, up to the end of its page; NULL: not at all, or *@fault (error set).
 */
uint8_t *linear_fill(uint32_t gva, bool write, struct mmu_fault *fault);

static inline uint8_t *linear_byte(uint32_t gva, bool write, struct mmu_fault *fault)
{
        const struct tlb_entry *entry = &tlb[write][gva / AB_PAGE_BYTES % TLB_ENTRIES];

        if (entry->page == (gva & -AB_PAGE_BYTES) && entry->epoch == mmu_epoch)
                return (uint8_t *)(uintptr_t)gva;
        return linear_fill(gva, write, fault);
}

/* As guest_read() and guest_write(), with the kernel's rights. */
bool linear_move(uint32_t gva, void *buffer, uint32_t bytes, bool write, struct mmu_fault *fault);

static inline bool linear_read(uint32_t gva, void *buffer, uint32_t bytes, struct mmu_fault *fault)
{
        const uint8_t *at;

        if (gva % AB_PAGE_BYTES + bytes > AB_PAGE_BYTES || !(at = linear_byte(gva, false, fault)))
                return linear_move(gva, buffer, bytes, false, fault);
        __builtin_memcpy(buffer, at, bytes);
        return true;
}

static inline bool linear_write(uint32_t gva, const void *buffer, uint32_t bytes,
                                struct mmu_fault *fault)
{
        uint8_t *at;

        if (gva % AB_PAGE_BYTES + bytes > AB_PAGE_BYTES || !(at = linear_byte(gva, true, fault)))
                return linear_move(gva, (void *)buffer, bytes, true, fault);
        __builtin_memcpy(at, buffer, bytes);
        return true;
}

#endif
