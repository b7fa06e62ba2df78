/* SPDX-License-Identifier: BSD-2-Clause */
/* When L4 has no memory for a mapping. */
#ifndef L4VM_RECLAIM_H
#define L4VM_RECLAIM_H

#include "l4vm.h"

/*
 * L4 says nothing when it has no memory for a mapping: the same fault comes again, and nothing
 * else happens in between.  So often a fault at one place is nobody else's doing; after that each
 * time something is given back; and after very many nothing helps.
 */
enum { L4VM_REPEATS = 3, L4VM_REPEATS_MOST = 100, L4VM_CIRCLED_MOST = 1000 };
extern uint32_t l4vm_repeated, l4vm_circled;
/*
 * The fault at @address is the same as the last one; l4vm_repeated counts, and is more than
 * L4VM_REPEATS_MOST, too, when the instruction has had very many faults at a few pages.
 */
bool l4vm_repeats(uint32_t address, uint32_t eip);
/* User code begins anew, or we have taken pages away: the same fault can come for that reason. */
static inline void l4vm_repeats_not(void)
{
        l4vm_repeated = l4vm_circled = 0;
}
static inline bool l4vm_is_short(void)
{
        return l4vm_repeated && l4vm_repeated % L4VM_REPEATS == 0;
}
#define L4VM_NO_MEMORY                                                                             \
        "L4 has no memory for what this machine needs at least: give it more (run --l4-memory)"

/*
 * Give L4 some memory back: empty half of the spaces that are not current; false: there was none to
 * empty, so all that comes from guest-physical memory has been unmapped.  For main, at any L4 call.
 */
bool l4vm_reclaim(void);
/* The latter by itself: for main, and for a thread that serves its fault. */
void l4vm_empty_all(void);
/* Each layout's: nothing is mapped any more in @space, which is not the current one. */
void l4vm_empty_space(uint32_t space);
/* @space is current no more. */
void l4vm_space_left(uint32_t space);

#endif
