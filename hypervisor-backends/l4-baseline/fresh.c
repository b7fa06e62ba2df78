/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that the front end has mapped for user code and its thread has not got yet: they can
 * travel with the next answer to it.  Only the last few are remembered; a page that is not is
 * found in the shadow at its fault.
 */
#include "fresh.h"
#include "mapping.h"
#include "shadow.h"
#include "user-fault.h"

struct l4vm_fresh l4vm_fresh[L4VM_SPACES];
uint32_t l4vm_fresh_noted;

unsigned int AB_FAST l4vm_fresh_items(uint32_t space, uint32_t besides, unsigned int mr)
{
        struct l4vm_fresh *fresh = &l4vm_fresh[space];
        uint32_t i, n = fresh->count < L4VM_FRESH_MOST ? fresh->count : L4VM_FRESH_MOST;

        fresh->count = 0;
        for (i = 0; i < n; i++) {
                uint32_t page = fresh->item[i].page, *entry = fresh->item[i].entry, value = *entry;

                /* To move the window would take the message: that waits for a fault. */
                if (page != besides && value & AB_USER &&
                    l4vm_is_in_reach(value & SHADOW_PAGE, value))
                        mr = user_install(page, value, entry, mr);
        }
        return mr;
}
