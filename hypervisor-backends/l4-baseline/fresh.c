/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that the front end has mapped for user code and its thread has not got yet: they can
 * travel with the next answer to it.  Only the last few are remembered; a page that is not is
 * found in the shadow at its fault.
 */
#include "l4vm.h"

struct l4vm_fresh l4vm_fresh[L4VM_SPACES];

void l4vm_fresh_note(uint32_t space, uint32_t virtual)
{
        l4vm_fresh[space].page[l4vm_fresh[space].count++ % L4VM_FRESH_MOST] = virtual;
}

uint32_t l4vm_fresh_take(uint32_t space, const uint32_t **pages)
{
        uint32_t n = l4vm_fresh[space].count;

        *pages = l4vm_fresh[space].page;
        l4vm_fresh[space].count = 0;
        return n < L4VM_FRESH_MOST ? n : L4VM_FRESH_MOST;
}
