/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPC: who meets whom, and what becomes of them (manual 5.6).
 *
 * The thread that completes the meeting does the work.  A sender that finds
 * its partner waiting transfers the message; a receiver that finds a sender
 * queued takes the message itself, unless it holds strings: those lie in the
 * sender's memory, so the sender is woken to copy them while the receiver
 * stays locked.
 */
#include "ipc.h"
#include "sched.h"
#include "thread.h"
#include "clock.h"
#include "gdt.h"
#include "irq.h"
#include "entry.h"
#include "ext.h"
#include "memory.h"

/* --- ids as partners see them ------------------------------------------------ */

bool ipc_accepts(const struct tcb *t, u32 sender, const struct space *space)
{
        if (t->state != S_WAITING && t->state != S_WAITING_T && t->state != S_KWAITING)
                return false;
        if (t->partner == ID_ANYLOCAL)
                return t->space == space;
        return t->partner == ID_ANY || t->partner == sender;
}

/* In whose name s sends: itself, or a virtual sender (propagation). */
static struct tcb *sender_of(struct tcb *s)
{
        struct tcb *v = s->virtual_sender ? thread_find(s->virtual_sender) : NULL;

        return v ? v : s;
}

/* The id of s that a receiver in `space` gets (manual 2.1: local when it can be). */
static u32 visible_id(const struct tcb *s, const struct space *space)
{
        return s->space == space && s->local_id ? s->local_id : s->id;
}

/*
 * Propagation (manual 5.6): allowed in the name of a thread of the sender's
 * own space.  Otherwise the flag is ignored.
 */
static void find_virtual_sender(struct tcb *self)
{
        struct tcb *v;

        self->virtual_sender = 0;
        if (self->kernel_msg || !(self->mr[0] & TAG_PROPAGATED))
                return;
        v = thread_resolve(self->space, self->utcb[UTCB_SENDER]);
        if (v && v != self && v->space == self->space)
                self->virtual_sender = v->id;
}

/* A virtual sender in a closed wait for the real one now waits for the receiver. */
static void redirect_wait(struct tcb *s, struct tcb *r)
{
        struct tcb *v = sender_of(s);

        if (v != s && (v->state == S_WAITING || v->state == S_WAITING_T) && v->partner == s->id)
                v->partner = r->id;
}

/* --- ends of an IPC ------------------------------------------------------------ */

void thread_continue_user(struct tcb *t)
{
        u32 *stack = (u32 *)tcb_frame(t);

        *--stack = (u32)exit_to_user;
        t->ksp = (u32)(stack - SWITCH_WORDS);
}

static void end_user_ipc(struct tcb *t)
{
        timeout_clear(t);
        t->ipc_active = false;
        t->xfer_peer = NULL;
        t->mr = t->utcb;
        t->kernel_msg = false;
        if (t != current())
                thread_continue_user(t);
}

void ipc_result(struct tcb *t, u32 from)
{
        struct frame *f = tcb_frame(t);

        f->eax = from;
        f->esi = t->utcb[0];
        f->ebx = t->utcb[1];
        f->ebp = t->utcb[2];
        f->edi = t->local_id;
        /* As the fast path leaves them; it also uses the slot of SS (fastpath.S). */
        f->ss = f->ds = f->es = f->fs = SEL_UDATA;
        f->gs = SEL_UTCB;
        f->eflags = USER_EFLAGS;
        if (cpu_has_sysenter)
                f->way_out = EXIT_SYSEXIT;
}

/* End the Ipc of t with an error (manual 5.6). */
static void user_error(struct tcb *t, u32 code)
{
        t->utcb[0] = TAG_ERROR;
        t->utcb[UTCB_ERROR] = code;
        end_user_ipc(t);
        ipc_result(t, ID_NIL);
}

void ipc_complete(struct tcb *r, u32 from)
{
        timeout_clear(r);
        r->ipc_error = IPC_OK;
        r->from = from;
        r->state = S_RUNNING;
        if (r->kernel_msg) {
                if (r->short_fault)
                        fault_continue(r);
                return;
        }
        end_user_ipc(r);
        ipc_result(r, from);
        if (X_CTRLXFER && r->state_items)
                ctrlxfer_apply(r);
}

static void fail(struct tcb *t, u32 code)
{
        timeout_clear(t);
        t->state = S_RUNNING;
        if (!t->kernel_msg) {
                user_error(t, code);
                return;
        }
        t->ipc_error = code;
        if (t->short_fault)
                fault_continue(t);
}

/* --- transfer --------------------------------------------------------------------- */

bool ipc_has_strings(const struct tcb *s)
{
        u32 at = TAG_UNTYPED(s->mr[0]) + 1, last = at + TAG_TYPED(s->mr[0]);

        if (last > MR_COUNT)
                return false;
        while (at < last) {
                u32 w = s->mr[at];

                if (ITEM_IS_STRING(w))
                        return true;
                at += ITEM_TYPE(w) == ITEM_CTRLXFER ? 1 + popcount(w >> 12) : 2;
        }
        return false;
}

u32 ipc_transfer(struct tcb *s, struct tcb *r)
{
        u32 tag = s->mr[0], untyped = TAG_UNTYPED(tag), typed = TAG_TYPED(tag);

        if (untyped + typed >= MR_COUNT)
                return IPC_OVERFLOW;
        memcpy(&r->mr[1], &s->mr[1], (untyped + typed) * sizeof(*r->mr));
        r->mr[0] = (tag & ~TAG_FLAGS) | (s->virtual_sender ? TAG_PROPAGATED : 0);
        if (!r->kernel_msg && s->virtual_sender)
                r->utcb[UTCB_SENDER] = visible_id(s, r->space);
        return typed ? ipc_items(s, r, untyped + 1, untyped + typed) : IPC_OK;
}

/* Transfer to a receiver that waits, and complete both; the sender's result. */
static u32 transfer_and_complete(struct tcb *s, struct tcb *r)
{
        u32 error;

        timeout_clear(r);
        if (ipc_has_strings(s) && !r->kernel_msg) {
                r->state = S_LOCKED;
                r->xfer_peer = s;
                s->xfer_peer = r;
                r->receiving_strings = true;
        }
        error = ipc_transfer(s, r);
        if (s->xfer_peer == r) {
                s->xfer_peer = r->xfer_peer = NULL;
                r->receiving_strings = false;
        } else if ((error & 0xE) == IPC_ABORTED)
                return error; /* r is gone, or has been told already */
        if (!error) {
                redirect_wait(s, r);
                ipc_complete(r, visible_id(sender_of(s), r->space));
                return IPC_OK;
        }
        if (!r->kernel_msg) {
                u32 mirrored = error;

                if ((error & 0xE) == IPC_XFER_TIMEOUT_MINE)
                        mirrored = (error & ~0xEu) | IPC_XFER_TIMEOUT_PARTNER;
                else if ((error & 0xE) == IPC_XFER_TIMEOUT_PARTNER)
                        mirrored = (error & ~0xEu) | IPC_XFER_TIMEOUT_MINE;
                fail(r, mirrored | IPC_RECEIVE_PHASE);
        } else {
                /* A bad reply to a kernel message: the kernel keeps waiting. */
                r->state = S_KWAITING;
        }
        return error;
}

static bool is_zero(u16 time)
{
        return !(time & 0x8000) && time != 0 && (time & 1023) == 0;
}

/* --- send phase ---------------------------------------------------------------------- */

/*
 * Send self's message.  On success *woken is the receiver, runnable but not
 * yet queued, or NULL if it has been seen to.
 */
static u32 send(struct tcb *self, u32 to_id, s64 deadline, bool zero, struct tcb **woken)
{
        struct tcb *to = thread_resolve(self->space, to_id);

        *woken = NULL;
        if (!to || to == self || (!to->activated && !to->is_irq))
                return IPC_NON_EXISTING;
        if (to->is_irq)
                return irq_acknowledge(to, self) ? IPC_OK : IPC_NON_EXISTING;
        find_virtual_sender(self);
        if (!ipc_accepts(to, sender_of(self)->id, sender_of(self)->space)) {
                if (zero)
                        return IPC_TIMEOUT;
                self->state = S_POLLING;
                self->partner = to->id;
                self->sent = self->entered = false;
                self->ipc_error = IPC_OK;
                link_add_tail(&to->senders, &self->sending);
                timeout_set(self, deadline);
                schedule();
                if (self->ipc_error || self->sent)
                        return self->ipc_error;
                /* The receiver is locked and waits for our strings. */
                to = self->xfer_peer;
                if (!to)
                        return IPC_ABORTED;
        }
        {
                u32 error = transfer_and_complete(self, to);

                if (!error)
                        *woken = to;
                else if ((error & 0xE) != IPC_ABORTED && to->state == S_RUNNING)
                        sched_ready(to);
                return error;
        }
}

/* --- receive phase --------------------------------------------------------------------- */

static struct tcb *find_sender(struct tcb *self)
{
        for (struct link *l = self->senders.next; l != &self->senders; l = l->next) {
                struct tcb *s = TCB_OF(l, sending), *v = sender_of(s);

                if (self->partner == ID_ANY || self->partner == v->id ||
                    (self->partner == ID_ANYLOCAL && v->space == self->space))
                        return s;
        }
        return NULL;
}

/*
 * The message of polling s has been taken: put it into its receive phase at
 * once, so that the receiver's answer finds it waiting (manual 5.6: the two
 * phases of a call are atomic).  False: s has to see to it itself, because
 * there is no such phase, or it will not have to wait.
 */
static bool enter_receive(struct tcb *s)
{
        u32 from = s->recv_from;
        s64 deadline = s->recv_deadline;

        if (from == ID_NIL)
                return false;
        if (!s->kernel_msg) {
                if (is_zero((u16)s->recv_time))
                        return false;
                deadline = time_deadline((u16)s->recv_time);
        }
        if (from != ID_ANY && from != ID_ANYLOCAL) {
                struct tcb *t = thread_resolve(s->space, from);

                if (!t || t == s)
                        return false;
                from = t->id;
        }
        s->partner = from;
        if (find_sender(s))
                return false;
        s->entered = true;
        s->state = s->kernel_msg ? S_KWAITING : deadline == TIME_NEVER ? S_WAITING : S_WAITING_T;
        timeout_set(s, deadline);
        return true;
}

/* Take the message of a queued sender.  True: the receive phase is over. */
static bool take(struct tcb *self, struct tcb *s)
{
        u32 error;

        link_remove(&s->sending);
        timeout_clear(s);
        if (ipc_has_strings(s) && !self->kernel_msg) {
                self->state = S_LOCKED;
                self->xfer_peer = s;
                s->xfer_peer = self;
                self->receiving_strings = true;
                sched_ready(s);
                schedule();
                return true; /* reached only when the kernel waits in C */
        }
        if (X_PREEMPT_MSG && s->is_irq)
                self->mr[1] = ID_NIL; /* nobody knows any more (irq.c) */
        error = transfer_and_complete(s, self);
        if (s->is_irq) {
                s->state = S_HALTED;
                return true;
        }
        s->sent = true;
        s->ipc_error = error;
        if (error || !enter_receive(s))
                sched_ready(s);
        return self->state == S_RUNNING;
}

/*
 * Receive from `from`.  *next is the thread the caller has just woken, or NULL;
 * it runs while the caller waits, and *next is NULL once it has been seen to.
 * For a user's Ipc that has to wait this does not return: see
 * thread_continue_user.
 */
static u32 receive(struct tcb *self, u32 from, s64 deadline, bool zero, struct tcb **next)
{
        struct tcb *s;

        if (from != ID_ANY && from != ID_ANYLOCAL) {
                s = thread_resolve(self->space, from);
                /* A receive from oneself is how a thread sleeps: nobody can end it. */
                if (!s)
                        return IPC_NON_EXISTING | IPC_RECEIVE_PHASE;
                from = s->id;
        }
        self->partner = from;
        self->state = self->kernel_msg ? S_KWAITING : S_WAITING_T;
        self->ipc_error = IPC_OK;
        while ((s = find_sender(self))) {
                if (*next) {
                        sched_ready(*next);
                        *next = NULL;
                }
                if (take(self, s))
                        return self->ipc_error;
        }
        if (zero) {
                self->state = S_RUNNING;
                return IPC_TIMEOUT | IPC_RECEIVE_PHASE;
        }
        if (!self->kernel_msg && deadline == TIME_NEVER)
                self->state = S_WAITING;
        timeout_set(self, deadline);
        s = *next;
        *next = NULL;
        if (s)
                sched_donate(s);
        else
                schedule();
        return self->ipc_error;
}

/* --- entry points ------------------------------------------------------------------------- */

void ipc_syscall(struct frame *f)
{
        struct tcb *self = current(), *woken = NULL, *to_thread = thread_find(f->eax);
        u32 to = f->eax, from = f->edx, error = IPC_OK;
        u16 send_time = (u16)(f->ecx >> 16), recv_time = (u16)f->ecx;

        if (to_thread && to_thread->short_fault)
                fault_reply(self, to_thread, f);
        self->ipc_active = true;
        self->virtual_sender = 0;
        self->entered = false;
        self->recv_from = from;
        self->recv_time = recv_time;
        if (to != ID_NIL) {
                error = send(self, to, is_zero(send_time) ? 0 : time_deadline(send_time),
                             is_zero(send_time), &woken);
                if (error) {
                        user_error(self, error);
                        return;
                }
        }
        if (from == ID_NIL) {
                self->ipc_active = false;
                f->eax = ID_NIL;
                f->esi = 0;
                self->utcb[0] = 0;
                f->edi = self->local_id;
                if (woken)
                        sched_wake(woken);
                return;
        }
        error = receive(self, from, is_zero(recv_time) ? 0 : time_deadline(recv_time),
                        is_zero(recv_time), &woken);
        /* Here only without having waited. */
        if (error && self->ipc_active)
                user_error(self, error);
        if (woken)
                sched_ready(woken);
        /* It, or a sender who stood in line and has been heard, may have the higher priority. */
        sched_preempt();
}

/* What a kernel message of the running thread puts aside: it may be inside an Ipc. */
struct outer {
        u32 *mr, virtual_sender;
        struct tcb *peer;
        bool kernel_msg;
};

static struct outer kmsg_begin(struct tcb *self, struct kmsg *m, u32 reply_from)
{
        struct outer o = {self->mr, self->virtual_sender, self->xfer_peer, self->kernel_msg};

        /* cppcheck-suppress ctuuninitvar ; where the message will be written */
        self->mr = m->mr;
        self->kernel_msg = true;
        self->entered = self->sent = false;
        self->recv_from = reply_from;
        return o;
}

static void kmsg_end(struct tcb *self, const struct outer *o)
{
        self->mr = o->mr;
        self->kernel_msg = o->kernel_msg;
        self->virtual_sender = o->virtual_sender;
        if (self->xfer_peer != o->peer)
                self->xfer_peer = NULL; /* the outer transfer was cancelled meanwhile */
}

u32 kmsg_call(struct kmsg *m, u32 to, s64 deadline, bool switch_over, bool accept_state)
{
        struct tcb *self = current(), *woken;
        struct outer outer = kmsg_begin(self, m, to);
        u32 error;

        self->accept_state = accept_state;
        self->recv_deadline = deadline;
        error = send(self, to, deadline, false, &woken);
        if (!error && !self->entered) {
                if (!switch_over && woken) {
                        sched_ready_preempted(woken);
                        woken = NULL;
                }
                error = receive(self, to, deadline, false, &woken);
                if (woken)
                        sched_ready(woken);
        }
        kmsg_end(self, &outer);
        return error;
}

bool kmsg_send(struct kmsg *m, u32 to)
{
        struct tcb *self = current(), *woken;
        struct outer outer = kmsg_begin(self, m, ID_NIL);
        u32 error = send(self, to, TIME_NEVER, false, &woken);

        if (woken)
                sched_ready(woken);
        kmsg_end(self, &outer);
        return !error && self->sent;
}

/* --- interference ---------------------------------------------------------------------------- */

void ipc_timeout(struct tcb *t)
{
        u32 phase = t->state == S_POLLING ? 0 : IPC_RECEIVE_PHASE;

        if (t->state == S_POLLING)
                link_remove(&t->sending);
        if (t->state == S_POLLING) {
                t->ipc_error = IPC_TIMEOUT;
                sched_ready(t);
        } else if (t->state == S_WAITING_T || t->state == S_KWAITING) {
                fail(t, IPC_TIMEOUT | phase);
                sched_ready(t);
        }
}

bool ipc_wake(struct tcb *t)
{
        if ((t->state != S_WAITING && t->state != S_WAITING_T) || t->partner != ID_ANY)
                return false;
        fail(t, IPC_TIMEOUT | IPC_RECEIVE_PHASE);
        sched_ready(t);
        return true;
}

/* The other side of a transfer learns that it is over. */
static void drop_peer(struct tcb *t)
{
        struct tcb *peer = t->xfer_peer;

        if (!peer)
                return;
        t->xfer_peer = NULL;
        peer->xfer_peer = NULL;
        if (peer->receiving_strings) {
                /* Locked, or raising a fault for the sender: its Ipc fails. */
                if (peer->state == S_POLLING)
                        link_remove(&peer->sending);
                peer->receiving_strings = false;
                peer->kernel_msg = false;
                fail(peer, IPC_ABORTED | IPC_RECEIVE_PHASE | t->xfer_copied << 4);
                sched_ready(peer);
        } else if (peer->state == S_SENDING) {
                sched_ready(peer);
        }
}

void ipc_drop(struct tcb *t)
{
        timeout_clear(t);
        if (t->state == S_POLLING)
                link_remove(&t->sending);
        drop_peer(t);
        t->receiving_strings = false;
}

void ipc_cancel(struct tcb *t, u32 code)
{
        bool waiting = t->state == S_WAITING || t->state == S_WAITING_T;

        ipc_drop(t);
        t->kernel_msg = false;
        t->short_fault = ANSWER_NONE;
        t->mr = t->utcb;
        t->told = false; /* whoever was to know need not */
        t->state = S_RUNNING;
        if (waiting || t->ipc_active)
                user_error(t, code);
        else
                thread_continue_user(t);
        sched_ready(t);
}

void ipc_partner_gone(struct tcb *w)
{
        if (w->state == S_WAITING || w->state == S_WAITING_T || w->state == S_KWAITING) {
                fail(w, IPC_NON_EXISTING | IPC_RECEIVE_PHASE);
                sched_ready(w);
        }
}
