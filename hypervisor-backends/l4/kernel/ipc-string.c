/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String items (manual 5.4, 5.7).
 *
 * The sender runs, so its memory is there to read; a page of the receiver's is
 * put into a window of the kernel's for writing.  A fault of the sender is
 * sent to its pager as usual.  A page missing in the receiver is raised as
 * the receiver's own fault, by the receiver, while the sender waits.  A long
 * copy is preemptible between pages.
 */
#include "ipc.h"
#include "sched.h"
#include "memory.h"
#include "clock.h"
#include "entry.h"
#include "ext.h"
#include "x86.h"

/* A string item, simple or compound, read piece by piece. */
struct pieces {
        const u32 *word;   /* first word of the item */
        s32 step;          /* +1 in message registers, -1 in buffer registers */
        u32 at, limit;     /* next word and words there are, from the item's first */
        u32 subs;          /* pointers left that share the length */
        u32 length;        /* of each of them */
        bool more;         /* another length follows */
        u32 address, left; /* the current piece */
};

static u32 piece_word(struct pieces *p)
{
        return p->word[(s32)p->at++ * p->step];
}

/* Go to the next nonempty piece; false at the end of the item. */
static bool piece_next(struct pieces *p)
{
        while (p->left == 0) {
                if (p->subs == 0) {
                        u32 w;

                        if (!p->more || p->at + 1 >= p->limit)
                                return false;
                        w = piece_word(p);
                        p->length = STRING_LEN(w);
                        p->subs = STRING_SUBS(w);
                        p->more = w & STRING_COMPOUND;
                }
                if (p->at >= p->limit)
                        return false;
                p->address = piece_word(p);
                p->left = p->length;
                p->subs--;
        }
        return true;
}

static struct pieces pieces_of(const u32 *word, s32 step, u32 limit)
{
        return (struct pieces){.word = word, .step = step, .limit = limit, .more = true};
}

/* Words of an item: each length is followed by its pointers. */
static u32 item_words(const u32 *word, s32 step, u32 limit)
{
        u32 n = 0, w;

        do {
                if (n >= limit)
                        return 0;
                w = word[(s32)n * step];
                n += 1 + STRING_SUBS(w);
        } while (w & STRING_COMPOUND);
        return n <= limit ? n : 0;
}

u32 ipc_string_words(const u32 *mr, u32 at, u32 last)
{
        return item_words(mr + at, 1, last + 1 - at);
}

/* --- transfer timeouts (manual 5.6) --------------------------------------------- */

/*
 * The deadline of faults during this transfer, and whose it is as the sender
 * sees it.  The smaller of the sender's send and the receiver's receive
 * transfer timeout counts, from the first fault on.
 */
struct xfer_limit {
        bool known, zero;
        s64 deadline;
        u32 code;
};

static void xfer_limit_find(struct xfer_limit *l, struct tcb *s, struct tcb *r)
{
        u16 mine = (u16)(s->utcb[UTCB_XFER_TIMEOUTS] >> 16);
        u16 theirs = (u16)r->utcb[UTCB_XFER_TIMEOUTS];
        s64 a = mine ? time_deadline(mine) : TIME_NEVER;
        s64 b = theirs ? time_deadline(theirs) : TIME_NEVER;

        if (l->known)
                return;
        l->known = true;
        l->deadline = a <= b ? a : b;
        l->code = a <= b ? IPC_XFER_TIMEOUT_MINE : IPC_XFER_TIMEOUT_PARTNER;
        l->zero = l->deadline <= (s64)rdtsc();
}

/* --- faults -------------------------------------------------------------------------- */

/* Kernel code of a locked receiver: raise its fault, then let the sender go on. */
static void tunnel(void)
{
        struct tcb *self = current(), *sender;

        self->tunnel_result =
            kmsg_copy_fault(self, self->tunnel_address, true, ~0u, self->tunnel_deadline);
        self->state = S_LOCKED;
        sender = self->xfer_peer;
        sched_ready(sender);
        schedule();
}

static u32 receiver_fault(struct tcb *s, struct tcb *r, u32 address, const struct xfer_limit *l)
{
        u32 *stack = (u32 *)tcb_frame(r);

        *--stack = 0; /* tunnel() does not return */
        *--stack = (u32)tunnel;
        r->ksp = (u32)(stack - SWITCH_WORDS);
        r->tunnel_address = address;
        r->tunnel_deadline = l->deadline;
        s->state = S_SENDING;
        sched_donate(r);
        if (s->xfer_peer != r)
                return IPC_ABORTED;
        return r->tunnel_result;
}

static u32 fault_result(u32 error, const struct xfer_limit *l)
{
        if (error == IPC_OK)
                return IPC_OK;
        if ((error & 0xE) == IPC_TIMEOUT)
                return l->code;
        return IPC_ABORTED;
}

/* --- copying --------------------------------------------------------------------------- */

/* The window shows the receiver's page at address; false if it is not writable. */
static bool open_window(struct tcb *r, u32 address)
{
        bool large;
        u32 *pte = space_pte(r->space, address, &large), entry;

        if (!pte || (*pte & (PTE_P | PTE_W)) != (PTE_P | PTE_W))
                return false;
        entry = (*pte & PTE_FRAME) + (large ? address & (SUPER_SIZE - 1) & PTE_FRAME : 0);
        if (large)
                entry = (*pte & ~(SUPER_SIZE - 1)) + (address & (SUPER_SIZE - 1) & PTE_FRAME);
        *pte |= PTE_A | PTE_D;
        window_map_copy(entry);
        return true;
}

/* A thread has nothing read or written for it that it could not reach itself. */
static u32 reachable(const struct tcb *t)
{
        return X_BOUNDS ? bounds_top(t) : USER_TOP;
}

/* What lies outside a small space makes it large, as an access of its own would. */
static void stay_inside(struct tcb *s, struct tcb *r, u32 from, u32 to)
{
        if (from >= bounds_top(s))
                small_exceeded(s);
        if (to >= bounds_top(r))
                small_exceeded(r);
}

/*
 * Copying goes on with interrupts off; every page of it they get their chance.
 * Others may run meanwhile and end the transfer.  False: they have.
 */
static bool let_interrupts_in(const struct tcb *s, const struct tcb *r)
{
        interrupts_pass();
        return s->xfer_peer == r;
}

static u32 copy_piece(struct tcb *s, struct tcb *r, u32 from, u32 to, u32 len, struct xfer_limit *l)
{
        while (len) {
                u32 from_rest = PAGE_SIZE - (from & (PAGE_SIZE - 1));
                u32 to_rest = PAGE_SIZE - (to & (PAGE_SIZE - 1));
                u32 chunk = len, error;

                chunk = chunk < from_rest ? chunk : from_rest;
                chunk = chunk < to_rest ? chunk : to_rest;
                if (X_SMALL_SPACES)
                        stay_inside(s, r, from, to);
                if (from >= reachable(s) || to >= reachable(r))
                        return IPC_OVERFLOW;
                if (!open_window(r, to)) {
                        xfer_limit_find(l, s, r);
                        if (l->zero)
                                return l->code;
                        error = fault_result(receiver_fault(s, r, to, l), l);
                        if (error)
                                return error;
                        continue;
                }
                if (!copy_guarded((void *)(WINDOW_COPY + (to & (PAGE_SIZE - 1))),
                                  (void *)(from + space_base(s->space)), chunk)) {
                        xfer_limit_find(l, s, r);
                        if (l->zero)
                                return l->code;
                        error = kmsg_copy_fault(s, read_cr2() - space_base(s->space), false,
                                                tcb_frame(s)->eip, l->deadline);
                        error = fault_result(error, l);
                        if (s->xfer_peer != r)
                                return IPC_ABORTED;
                        if (error)
                                return error;
                        continue;
                }
                s->xfer_copied += chunk;
                if ((s->xfer_copied & (PAGE_SIZE - 1)) < chunk && !let_interrupts_in(s, r))
                        return IPC_ABORTED;
                from += chunk;
                to += chunk;
                len -= chunk;
        }
        return IPC_OK;
}

u32 ipc_string(struct tcb *s, struct tcb *r, u32 *at, u32 last, struct buffer_cursor *c)
{
        u32 words = ipc_string_words(s->mr, *at, last), room = BR_COUNT - c->br;
        const u32 *buffer = r->utcb + UTCB_BR0 - c->br;
        u32 buffer_words = c->br < BR_COUNT && !c->last ? item_words(buffer, -1, room) : 0;
        struct xfer_limit limit = {0};
        struct pieces from, to;

        if (!words || !buffer_words || !ITEM_IS_STRING(*buffer))
                return IPC_OVERFLOW | s->xfer_copied << 4;
        from = pieces_of(s->mr + *at, 1, words);
        to = pieces_of(buffer, -1, buffer_words);
        while (piece_next(&from)) {
                u32 len, error;

                if (!piece_next(&to))
                        return IPC_OVERFLOW | s->xfer_copied << 4;
                len = from.left < to.left ? from.left : to.left;
                error = copy_piece(s, r, from.address, to.address, len, &limit);
                if (error)
                        return error | s->xfer_copied << 4;
                from.address += len;
                from.left -= len;
                to.address += len;
                to.left -= len;
        }
        *at += words;
        c->br += buffer_words;
        c->last = !(*buffer & ITEM_MORE);
        return IPC_OK;
}
