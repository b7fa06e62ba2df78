/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local segments of applications: GDT entries 6 to 8, as Linux numbers them, are the user
 * thread's own in L4 too (design 4.9).  What the guest asks for is one set for the virtual
 * processor; a thread gets it before it runs, if it has another.
 */
#include "l4xvm.h"

struct descriptor {
        uint32_t low, high;
};

static struct descriptor wanted[L4_TLS_GDT_COUNT], have[L4VM_SPACES][L4_TLS_GDT_COUNT];

enum { PRESENT = 1 << 15, DPL3 = 3 << 13, SEGMENT = 1 << 12, CODE = 1 << 11 };

void l4xvm_segments_reset(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                have[space][i] = (struct descriptor){0, 0};
}

void l4xvm_segments_enter(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++) {
                struct descriptor *now = &have[space][i];

                if (now->low == wanted[i].low && now->high == wanted[i].high)
                        continue;
                *now = wanted[i];
                xfer_write_segment(l4xvm_user_thread(space), L4_TLS_GDT_FIRST + i, now->low,
                                   now->high);
        }
}

/* Data segments of applications only: what L4 would store otherwise is not what was asked for. */
bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        uint32_t slot = entry - L4_TLS_GDT_FIRST;
        bool none = !low && !high;

        if (slot >= L4_TLS_GDT_COUNT)
                return none;
        if (!none && (high & (PRESENT | DPL3 | SEGMENT | CODE)) != (PRESENT | DPL3 | SEGMENT))
                return false;
        wanted[slot] = (struct descriptor){low, high};
        return true;
}
