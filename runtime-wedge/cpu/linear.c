/* SPDX-License-Identifier: BSD-2-Clause */
#include "linear.h"

struct tlb_entry tlb[2][TLB_ENTRIES];
uint32_t tlb_generation = 1;
uint32_t vcpu_epoch = 1;

void tlb_flush(void)
{
        uint32_t i;

        vcpu_epoch++;
        if (++tlb_generation < AB_PAGE_BYTES)
                return;
        tlb_generation = 1;
        for (i = 0; i < 2 * TLB_ENTRIES; i++)
                tlb[i / TLB_ENTRIES][i % TLB_ENTRIES].tag = 0;
}

uint8_t *linear_fill(uint32_t gva, bool write, struct mmu_fault *fault)
{
        struct tlb_entry *entry = &tlb[write][gva / AB_PAGE_BYTES % TLB_ENTRIES];
        uint8_t *at = mmu_reach(gva, write ? MMU_WRITE : MMU_READ, &fault->error);

        if (!at)
                return 0;
        entry->tag = (gva & -AB_PAGE_BYTES) | tlb_generation;
        entry->page = at - gva % AB_PAGE_BYTES;
        return at;
}

bool linear_move(uint32_t gva, void *buffer, uint32_t bytes, bool write, struct mmu_fault *fault)
{
        return write ? guest_write(gva, buffer, bytes, false, fault)
                     : guest_read(gva, buffer, bytes, false, fault);
}
