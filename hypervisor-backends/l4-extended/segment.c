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
struct l4xvm_segments l4xvm_segments = {.changed = true};

static struct {
        struct descriptor entry[L4_TLS_GDT_COUNT];
        struct ab_selectors selector;
        bool told; /* messages say which selectors it has */
} have[L4VM_SPACES];

void l4xvm_segments_reset(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                have[space].entry[i] = (struct descriptor){0, 0};
        have[space].selector = (struct ab_selectors){0, 0};
        have[space].told = false;
        l4xvm_breakpoints_unknown(space, false);
        l4xvm_segments.changed = true;
}

void l4xvm_segments_unknown(uint32_t space)
{
        uint32_t i;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                have[space].entry[i] = (struct descriptor){~0u, ~0u};
        have[space].selector = (struct ab_selectors){~0u, ~0u};
        l4xvm_breakpoints_unknown(space, true);
        l4xvm_segments.changed = true;
}

struct ab_selectors *backend_user_selectors(void)
{
        return &l4xvm_segments.user;
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
        l4xvm_segments.changed = true;
        return true;
}

/*
 * A thread that never had a descriptor cannot load a selector that is of interest, and most
 * programs have none: until then messages need not tell.  One that has appointed another pager is
 * not ours to configure: its selectors are lost.  The message registers are lost.
 */
static void tell_selectors(uint32_t space)
{
        if (!have[space].told)
                have[space].told =
                    xfer_configure(l4xvm_user_thread(space), L4_FAULTCONF_GP | L4_FAULTCONF_SEG);
}

static unsigned int put_descriptors(uint32_t space, L4_Word_t *mr, unsigned int n)
{
        unsigned int at = n++;
        uint32_t i, mask = 0;

        for (i = 0; i < L4_TLS_GDT_COUNT; i++)
                if (wanted[i].high)
                        tell_selectors(space);
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

unsigned int l4xvm_segments_put(uint32_t space, L4_Word_t *mr, unsigned int n)
{
        struct l4xvm_segments *s = &l4xvm_segments;

        if (s->changed || s->space != space) {
                n = put_descriptors(space, mr, n);
                if (l4xvm_breakpoints_used)
                        n = l4xvm_breakpoints_put(space, mr, n);
                s->changed = false;
                s->space = space;
                s->loaded = have[space].selector;
        }
        if (s->loaded.gs != s->user.gs || s->loaded.fs != s->user.fs) {
                n = xfer_put_selectors(mr, n, s->user.gs, s->user.fs ? s->user.fs : L4_USER_DS);
                s->loaded = have[space].selector = s->user;
        }
        return n;
}

void l4xvm_segments_take(uint32_t space, const L4_Word_t *mr, L4_MsgTag_t tag)
{
        struct l4xvm_segments *s = &l4xvm_segments;

        s->user = (struct ab_selectors){0, 0};
        if (L4_TypedWords(tag) > XFER_FRAME_WORDS)
                xfer_get_selectors(mr, SEGMENT_MR, &s->user);
        s->loaded = have[space].selector = s->user;
}
