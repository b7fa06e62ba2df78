/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the front end wants mapped: per space a directory of leaves of 64 pages, and
 * for the kernel space a table of 4 MB mappings above them.  L4's page tables may hold
 * less at any time; then a fault looks here and nobody else notices.
 */
#include "fresh.h"
#include "shadow.h"

enum { ROWS = (L4VM_GUEST_END >> SHADOW_LEAF_BITS), KERNEL = L4VM_SPACES };

struct shadow_leaf shadow_leaves[SHADOW_LEAVES + 1]; /* the first is never used */
uint16_t shadow_directory[L4VM_SPACES + 1][ROWS];
static uint16_t first[L4VM_SPACES + 1];
static uint16_t free_leaf;
uint32_t shadow_pieces[L4VM_GUEST_END / L4VM_PIECE];

void shadow_start(void)
{
        uint32_t i;

        for (i = SHADOW_LEAVES; i; i--) {
                shadow_leaves[i].next = free_leaf;
                free_leaf = i;
        }
}

static uint32_t index_of(uint32_t space)
{
        return space == AB_SPACE_KERNEL ? KERNEL : space;
}

uint32_t *shadow_entry(uint32_t space, uint32_t virtual, bool make)
{
        uint32_t s = index_of(space), row = virtual >> SHADOW_LEAF_BITS;
        uint16_t *slot = &shadow_directory[s][row];

        if (!*slot) {
                struct shadow_leaf *leaf = &shadow_leaves[free_leaf];

                if (!make || !free_leaf)
                        return 0;
                *slot = free_leaf;
                free_leaf = leaf->next;
                leaf->next = first[s];
                leaf->row = row;
                first[s] = *slot;
        }
        return &shadow_leaves[*slot].entry[virtual >> 12 & (SHADOW_LEAF_PAGES - 1)];
}

uint32_t *shadow_large(uint32_t virtual)
{
        uint32_t *slot = &shadow_pieces[virtual / L4VM_PIECE];

        return virtual < L4VM_GUEST_END ? slot : 0;
}

uint32_t shadow_lookup(uint32_t space, uint32_t virtual)
{
        uint32_t *entry;

        if (virtual >= L4VM_GUEST_END)
                return 0;
        if (space == AB_SPACE_KERNEL && shadow_pieces[virtual / L4VM_PIECE])
                return shadow_pieces[virtual / L4VM_PIECE] +
                       (virtual & (L4VM_PIECE - 1) & SHADOW_PAGE);
        entry = shadow_entry(space, virtual, false);
        return entry ? *entry : 0;
}

bool shadow_split(uint32_t virtual)
{
        uint32_t base = virtual & -(uint32_t)L4VM_PIECE, value = *shadow_large(virtual), offset;

        for (offset = 0; offset < L4VM_PIECE; offset += SHADOW_LEAF_PAGES * AB_PAGE_BYTES)
                if (!shadow_entry(AB_SPACE_KERNEL, base + offset, true))
                        return false;
        for (offset = 0; offset < L4VM_PIECE; offset += AB_PAGE_BYTES)
                *shadow_entry(AB_SPACE_KERNEL, base + offset, true) = value + offset;
        *shadow_large(virtual) = 0;
        return true;
}

/* Empty a leaf; true if something in it was handed to the user thread. */
static bool clear_leaf(struct shadow_leaf *leaf)
{
        uint32_t installed = 0, i;

#pragma GCC unroll 16
        for (i = 0; i < SHADOW_LEAF_PAGES; i++) {
                installed |= leaf->entry[i] & SHADOW_INSTALLED;
                leaf->entry[i] = 0;
        }
        return installed;
}

uint32_t shadow_forget(uint32_t space, L4_Fpage_t *pages, uint32_t most)
{
        uint32_t s = index_of(space), count = 0;
        uint16_t at, next;

        if (space != AB_SPACE_KERNEL)
                l4vm_fresh[space].count = 0;
        for (at = first[s]; at; at = next) {
                struct shadow_leaf *leaf = &shadow_leaves[at];

                next = leaf->next;
                if (clear_leaf(leaf) && count++ < most)
                        pages[count - 1] = L4_FpageAddRights(
                            L4_FpageLog2((uint32_t)leaf->row << SHADOW_LEAF_BITS, SHADOW_LEAF_BITS),
                            L4_FPAGE_RWX);
                shadow_directory[s][leaf->row] = 0;
                leaf->next = free_leaf;
                free_leaf = at;
        }
        first[s] = 0;
        return count;
}
