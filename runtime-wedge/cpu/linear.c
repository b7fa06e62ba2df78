/* SPDX-License-Identifier: BSD-2-Clause */
#include "linear.h"

struct tlb_entry tlb[2][TLB_ENTRIES];

uint8_t *linear_fill(uint32_t gva, bool write, struct mmu_fault *fault)
{
        struct tlb_entry *entry = &tlb[write][gva / AB_PAGE_BYTES % TLB_ENTRIES];
        uint8_t *at = mmu_reach(gva, write ? MMU_WRITE : MMU_READ, &fault->error);

        if (!at)
                return 0;
        entry->page = gva & -AB_PAGE_BYTES;
        entry->epoch = mmu_epoch;
        return at;
}

bool linear_move(uint32_t gva, void *buffer, uint32_t bytes, bool write, struct mmu_fault *fault)
{
        return write ? guest_write(gva, buffer, bytes, false, fault)
                     : guest_read(gva, buffer, bytes, false, fault);
}
