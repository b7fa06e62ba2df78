/* SPDX-License-Identifier: BSD-2-Clause */
/* What is mapped where. */
#ifndef L4VM_SHADOW_H
#define L4VM_SHADOW_H

#include "l4vm.h"

/* An entry: page address, rights (enum ab_rights), and these. */
enum {
        SHADOW_RIGHTS = 15,
        SHADOW_INSTALLED = 0x10, /* handed to the user thread */
        SHADOW_WINDOW = 0x20,    /* ... from the window, not from the linear area */
        SHADOW_KERNEL = 0x40,    /* in the kernel space too (l4vm_visit) */
};
#define SHADOW_PAGE 0xfffff000u

/* The entry of @virtual; NULL where there is none and @make is false, or no room. */
uint32_t *shadow_entry(uint32_t space, uint32_t virtual, bool make);
/* Its value, 4 MB mappings of the kernel space included; 0: nothing. */
uint32_t shadow_lookup(uint32_t space, uint32_t virtual);

/* A leaf has those of 64 pages; by 16 bits of number, 0 is none. */
enum { SHADOW_LEAF_PAGES = 64, SHADOW_LEAF_BITS = 18, SHADOW_LEAVES = 6144 };
#define L4VM_LEAF_BYTES (1u << SHADOW_LEAF_BITS)
extern struct shadow_leaf {
        uint32_t entry[SHADOW_LEAF_PAGES];
        uint16_t next; /* of the same space, or free; 0: none */
        uint16_t row;
} shadow_leaves[SHADOW_LEAVES + 1];
extern uint16_t shadow_directory[L4VM_SPACES + 1][L4VM_GUEST_END >> SHADOW_LEAF_BITS];

/* The entry of @virtual, below L4VM_GUEST_END, in a space of user code; NULL: none. */
static inline uint32_t *shadow_user_entry(uint32_t space, uint32_t virtual)
{
        uint32_t leaf = shadow_directory[space][virtual >> SHADOW_LEAF_BITS];

        return leaf ? &shadow_leaves[leaf].entry[virtual >> 12 & (SHADOW_LEAF_PAGES - 1)] : 0;
}

/*
 * The kernel space has guest-physical @physical where a kernel has its memory, with @rights.
 * Mostly that is in a 4 MB mapping for writing.
 */
extern uint32_t shadow_pieces[];
static inline bool shadow_is_in_large(uint32_t physical)
{
        uint32_t value = shadow_pieces[(L4VM_LINEAR + physical) / L4VM_PIECE];

        return !((value ^ physical) / L4VM_PIECE) && value & AB_WRITE;
}
static inline bool shadow_is_linear(uint32_t physical, uint32_t rights)
{
        uint32_t value;

        if (shadow_is_in_large(physical))
                return true;
        value = shadow_lookup(AB_SPACE_KERNEL, L4VM_LINEAR + physical);
        return value && (value & SHADOW_PAGE) == (physical & SHADOW_PAGE) &&
               (value & AB_WRITE || !(rights & AB_WRITE));
}
/* The kernel's 4 MB mapping around @virtual, or NULL. */
uint32_t *shadow_large(uint32_t virtual);
/* Cut it into pages.  False: no room, nothing has changed. */
bool shadow_split(uint32_t virtual);
/*
 * Remove all entries of @space.  Returns in how many regions something was handed to the
 * user thread, and the first @most of them in @pages.
 */
uint32_t shadow_forget(uint32_t space, L4_Fpage_t *pages, uint32_t most);
void shadow_start(void);

#endif
