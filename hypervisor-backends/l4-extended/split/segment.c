/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local segments of applications: GDT entries 6 to 8, as Linux numbers them, are the user
 * thread's own in L4 too (design 4.9).  Descriptors and selectors travel as control transfer items:
 * what the guest asks for, one set for the virtual processor, with the answer that sets a
 * thread going, where that thread has another; what user code has loaded itself with its messages.
 */
#include "l4xvm.h"

struct descriptor {
        uint32_t low, high;
};

enum {
        PRESENT = 1 << 15,
        DPL3 = 3 << 13,
        SEGMENT = 1 << 12,
        CODE = 1 << 11,
        KIND = PRESENT | DPL3 | SEGMENT | CODE,
        SEGMENT_MR = XFER_STATE_MR + XFER_FRAME_WORDS
};

static struct descriptor wanted[L4_TLS_GDT_COUNT];
static struct ab_selectors user; /* the front end's, to and fro */
static bool changed = true;      /* something is wanted that some thread may not have */

static struct {
        struct descriptor entry[L4_TLS_GDT_COUNT];
        struct ab_selectors selector; /* as in `user' */
} have[L4VM_SPACES];

static uint32_t current; /* whose thread has all that is wanted, if not changed */

void l4xvm_segments_reset(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                have[space].entry[i] = (struct descriptor){0, 0};
        have[space].selector = (struct ab_selectors){0, 0};
        changed = true;
}

void l4xvm_segments_unknown(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                have[space].entry[i] = (struct descriptor){~0u, ~0u};
        have[space].selector = (struct ab_selectors){~0u, ~0u};
        changed = true;
}

struct ab_selectors *backend_user_selectors(void)
{
        return &user;
}

/* Data segments of applications only: what L4 would store otherwise is not what was asked for. */
bool backend_user_segment(uint32_t entry, uint32_t low, uint32_t high)
{
        uint32_t slot = entry - L4_TLS_GDT_FIRST;
        bool none = !low && !high;

        if (slot >= L4_TLS_GDT_COUNT)
                return none;
        if (!none && (high & KIND) != (PRESENT | DPL3 | SEGMENT))
                return false;
        wanted[slot] = (struct descriptor){low, high};
        changed = true;
        return true;
}

static unsigned int put_descriptors(uint32_t space, L4_Word_t *mr, unsigned int n)
{
        unsigned int at = n++;
        uint32_t i, mask = 0;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++) {
                struct descriptor *now = &have[space].entry[i];

                if (now->low == wanted[i].low && now->high == wanted[i].high)
                        continue;
                *now = wanted[i];
                mask |= 3u << 2 * i;
                mr[n++] = now->low;
                mr[n++] = now->high;
        }
        if (!mask)
                return at;
        mr[at] = L4_CtrlXferWord(L4_CTRLXFER_ID_TLS, mask);
        return n;
}

/* Items for what the thread of @space lacks, at @n; returns where the next one begins. */
unsigned int l4xvm_segments_enter(uint32_t space, L4_Word_t *mr, unsigned int n)
{
        struct ab_selectors *now = &have[space].selector;

        if (changed || current != space) {
                n = put_descriptors(space, mr, n);
                changed = false;
                current = space;
        }
        if (now->gs != user.gs || now->fs != user.fs) {
                n = xfer_put_selectors(mr, n, user.gs, user.fs ? user.fs : L4_USER_DS);
                *now = user;
        }
        return n;
}

/* The message @tag is in the registers: what the thread of @space has loaded. */
void l4xvm_segments_leave(uint32_t space, const L4_Word_t *mr, L4_MsgTag_t tag)
{
        user = (struct ab_selectors){0, 0};
        if (L4_TypedWords(tag) > XFER_FRAME_WORDS)
                xfer_get_selectors(mr, SEGMENT_MR, &user);
        have[space].selector = user;
}
