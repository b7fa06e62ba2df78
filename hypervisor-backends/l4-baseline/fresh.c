/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that the front end has mapped for user code and its thread has not got yet: they can
 * travel with the next answer to it.  Only the last few are remembered; a page that is not is
 * found in the shadow at its fault.
 */
#include "l4vm.h"

static struct {
        uint32_t count; /* of all that came since they were taken */
        uint32_t page[L4VM_FRESH_MOST];
} fresh[L4VM_SPACES];

void l4vm_fresh_note(uint32_t space, uint32_t virtual)
{
        fresh[space].page[fresh[space].count++ % L4VM_FRESH_MOST] = virtual;
}

uint32_t l4vm_fresh_take(uint32_t space, const uint32_t **pages)
{
        uint32_t n = fresh[space].count;

        *pages = fresh[space].page;
        fresh[space].count = 0;
        return n < L4VM_FRESH_MOST ? n : L4VM_FRESH_MOST;
}
