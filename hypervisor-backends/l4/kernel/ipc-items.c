/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed items of a message (manual 5.2 to 5.4): map, grant, strings, and with
 * the extension control transfers.  The words themselves have been copied.
 */
#include "ipc.h"
#include "mapdb.h"
#include "memory.h"
#include "ioports.h"
#include "ext.h"

/* What a receiver lets in: its BR0, or all pages for a kernel message. */
static u32 acceptor(const struct tcb *r)
{
        if (r->kernel_msg)
                return FPAGE_COMPLETE;
        return r->utcb[UTCB_BR0];
}

/*
 * Pages and ports go neither from a halted thread nor to one, nor from one account to another: who
 * keeps programs apart by halting all but one, or by an account for each group, relies on it.  The
 * first account's are everybody's.  The manual knows neither rule; it is as if there were no
 * memory.
 */
static bool may_pass(const struct tcb *s, const struct tcb *r)
{
        const struct account *from = s->space->account, *to = r->space->account;

        return !((s->work | r->work) & WORK_HALT) &&
               (from == to || from == accounts || to == accounts);
}

static u32 map_item(struct tcb *s, struct tcb *r, u32 at, bool grant)
{
        u32 base = s->mr[at] & ~0x3FFu, fpage = s->mr[at + 1];
        u32 window = acceptor(r) & ACCEPT_WINDOW;

        if (fpage_is_nil(fpage))
                return IPC_OK;
        if (!window)
                return IPC_OVERFLOW;
        if (!may_pass(s, r))
                return IPC_OK;
        if (!grant && window == FPAGE_COMPLETE && mapdb_is_page(fpage) && fpage & FPAGE_RIGHTS &&
            mapdb_map_page(s->space, fpage, base, r->space))
                return IPC_OK;
        if (fpage_is_io(fpage))
                return ioports_map(s->space, fpage, r->space, grant) ? IPC_OK : IPC_OVERFLOW;
        /* Without memory some pages are missing: the receiver will fault on them. */
        mapdb_map(s->space, fpage, base, r->space, window, grant);
        return IPC_OK;
}

static void state_item(struct tcb *s, struct tcb *r, u32 at)
{
        if (s->kernel_msg)
                return; /* a fault message never changes its receiver's state */
        if (r->kernel_msg && r->accept_state)
                ctrlxfer_set(r, &s->mr[at]);
        else if (!r->kernel_msg && (r->utcb[UTCB_BR0] & ACCEPT_CTRLXFER))
                r->state_items = true;
}

u32 ipc_items(struct tcb *s, struct tcb *r, u32 first, u32 last)
{
        struct buffer_cursor cursor = {.br = 1};
        u32 at = first, error;

        r->state_items = false;
        s->xfer_copied = 0;
        while (at <= last) {
                u32 w = s->mr[at];

                if (ITEM_IS_STRING(w)) {
                        if (r->kernel_msg || !(r->utcb[UTCB_BR0] & ACCEPT_STRINGS))
                                return IPC_OVERFLOW | s->xfer_copied << 4;
                        error = ipc_string(s, r, &at, last, &cursor);
                        if (error)
                                return error;
                } else if (ITEM_TYPE(w) == ITEM_MAP || ITEM_TYPE(w) == ITEM_GRANT) {
                        if (at + 1 > last)
                                return IPC_OVERFLOW;
                        error = map_item(s, r, at, ITEM_TYPE(w) == ITEM_GRANT);
                        if (error)
                                return error;
                        at += 2;
                } else if (X_CTRLXFER && ITEM_TYPE(w) == ITEM_CTRLXFER) {
                        u32 words = ctrlxfer_words(w);

                        if (!words || at + words - 1 > last)
                                return IPC_OVERFLOW;
                        state_item(s, r, at);
                        at += words;
                } else {
                        return IPC_OVERFLOW;
                }
        }
        return IPC_OK;
}

bool ipc_pages(struct tcb *self, struct tcb *r)
{
        const u32 *mr = self->utcb;
        u32 at = TAG_UNTYPED(mr[0]) + 1, end = at + TAG_TYPED(mr[0]);

        if (end > MR_COUNT || (r->utcb[UTCB_BR0] & ACCEPT_WINDOW) != FPAGE_COMPLETE ||
            !may_pass(self, r))
                return false;
        for (; at < end; at += 2) {
                u32 fpage = mr[at + 1];

                if (ITEM_TYPE(mr[at]) != ITEM_MAP || at + 2 > end || !mapdb_is_page(fpage) ||
                    !(fpage & FPAGE_RIGHTS) ||
                    !mapdb_map_page(self->space, fpage, mr[at], r->space))
                        return false;
        }
        r->ipc_active = false;
        return true;
}
