/* SPDX-License-Identifier: BSD-2-Clause */
/* What user code may have and has not got yet. */
#ifndef L4VM_FRESH_H
#define L4VM_FRESH_H

#include "l4vm.h"

#define L4VM_FRESH_MOST 16u
extern struct l4vm_fresh {
        uint32_t count; /* of all that came since they were taken */
        struct {
                uint32_t page, *entry; /* of the shadow; void when the space is forgotten */
        } item[L4VM_FRESH_MOST];
} l4vm_fresh[L4VM_SPACES];
/* Since this was cleared, for some space.  Whoever does so looks at the current space's. */
extern uint32_t l4vm_fresh_noted;
static inline void l4vm_fresh_note(uint32_t space, uint32_t virtual, uint32_t *entry)
{
        uint32_t i = l4vm_fresh[space].count++ % L4VM_FRESH_MOST;

        l4vm_fresh[space].item[i].page = virtual;
        l4vm_fresh[space].item[i].entry = entry;
        l4vm_fresh_noted = 1;
}
/* They may travel so (afterburn run --without=bulk: they may not). */
static inline bool l4vm_fresh_is_wanted(void)
{
        return !(VM->without & 1u << AB_WITHOUT_BULK);
}
/* Put map items for them at @mr on; the next register.  @besides is in the message already. */
unsigned int l4vm_fresh_items(uint32_t space, uint32_t besides, unsigned int mr) AB_FAST;
static inline unsigned int l4vm_fresh_put(uint32_t space, uint32_t besides, unsigned int mr)
{
        return l4vm_fresh[space].count ? l4vm_fresh_items(space, besides, mr) : mr;
}

#endif
