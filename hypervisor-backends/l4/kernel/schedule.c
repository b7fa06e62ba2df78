/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduler.
 *
 * Ready queues are lazy: IPC neither queues nor dequeues anyone.  A queue may
 * hold threads that have blocked since (dropped when they come to its head),
 * and the running thread need not be in any (queued when it is preempted).
 *
 * A time slice is a quantity of cycles with an owner.  It stays loaded while
 * IPC goes from thread to thread, and that is all there is to donation; the
 * owner's total quantum pays.  A thread preempted on donated time keeps the
 * rest with it; one that blocks gives it back to the owner.  A thread that has
 * donated by ThreadSwitch stands aside until the slice it gave is over: were it
 * in its queue, it would preempt its own beneficiary at the next tick.
 *
 * A slice of zero is time that only others give.  When a thread that has such a slice is
 * preempted and tells its scheduler, it keeps the rest of what it was given, or passes it on
 * to a scheduler that has no time of its own either: so the time given to a group of
 * threads stays in it until it is used up, or they all wait.
 */
#include "sched.h"
#include "thread.h"
#include "ipc.h"
#include "clock.h"
#include "fpu.h"
#include "ext.h"
#include "x86.h"

#define PRIO_COUNT       256
#define DEFAULT_SLICE_US 10000
#define AMPLE_US         4000

struct tcb *idle_thread;
u32 fast_block;

static struct link queue[PRIO_COUNT];
static u32 occupied[PRIO_COUNT / 32]; /* bit set: the queue may hold someone */
static u32 occupied_words;            /* bit set: some bit of that word is */

/* The loaded time slice. */
static s64 slice_left;
static struct tcb *slice_owner;
static u64 charged_until;
static s64 shortest; /* nobody is interrupted sooner after less: it could not get on */
static s64 ample;    /* more than a tick of most guests' */
static s64 unsliced; /* who runs without a slice, to tell that, is looked at after so long */

/* Who gave the loaded slice away and could run again when it ends. */
static struct link donors = {&donors, &donors};

void sched_init(void)
{
        for (u32 i = 0; i < PRIO_COUNT; i++)
                link_init(&queue[i]);
        charged_until = rdtsc();
        shortest = us_to_cycles(SLICE_PRECISION_US);
        ample = us_to_cycles(AMPLE_US);
        unsliced = us_to_cycles(TICK_US);
}

void sched_thread_init(struct tcb *t, u8 prio)
{
        link_init(&t->ready);
        link_init(&t->timer);
        link_init(&t->alarms);
        t->prio = prio;
        t->slice = us_to_cycles(DEFAULT_SLICE_US);
        t->quantum = TIME_NEVER;
}

static void enqueue(struct tcb *t, bool first)
{
        if (t->queued)
                return;
        if (first)
                link_add_head(&queue[t->prio], &t->ready);
        else
                link_add_tail(&queue[t->prio], &t->ready);
        t->queued = true;
        occupied[t->prio / 32] |= BIT(t->prio % 32);
        occupied_words |= BIT(t->prio / 32);
}

static void dequeue(struct tcb *t)
{
        if (t->queued) {
                link_remove(&t->ready);
                t->queued = false;
        }
}

void sched_thread_drop(struct tcb *t)
{
        dequeue(t);
        timeout_clear(t);
        if (X_PREEMPT_MSG)
                alarm_drop(t);
        if (slice_owner == t)
                slice_owner = NULL;
}

bool sched_has_time(const struct tcb *t)
{
        if (t->left > 0 || (t->work & (WORK_QUANTUM | WORK_TIME)))
                return true;
        return !t->zero_slice && t->quantum > 0;
}

/* The loaded slice ends: its donors take part again. */
static void donors_return(void)
{
        while (!link_alone(&donors)) {
                struct tcb *t = TCB_OF(donors.next, ready);

                dequeue(t);
                enqueue(t, false);
        }
}

/*
 * A thread without time that could run tells its scheduler: that its total quantum is used up,
 * or, if that is wanted, that it has no slice.  Only once: it then stands still until somebody
 * gives it time.  To tell, it runs in the kernel.
 */
static void want_time(struct tcb *t)
{
        if (sched_has_time(t))
                return;
        if (t->quantum <= 0 && !t->zero_slice && !t->spent_told)
                t->work |= WORK_QUANTUM;
        else if (X_ZERO_SLICE && t->time_msg && !t->told)
                t->work |= WORK_TIME;
}

/* This thread of a ready queue can run; or it can tell that it has no time. */
static bool may_run(struct tcb *t)
{
        if (t->state != S_RUNNING)
                return false;
        if (t == current())
                return true;
        want_time(t);
        return sched_has_time(t);
}

/* Best thread in the ready queues, or the idle thread. */
static struct tcb *pick(void)
{
        while (occupied_words) {
                u32 word = 31 - (u32)__builtin_clz(occupied_words);

                while (occupied[word]) {
                        u32 prio = word * 32 + 31 - (u32)__builtin_clz(occupied[word]);

                        while (!link_alone(&queue[prio])) {
                                struct tcb *t = TCB_OF(queue[prio].next, ready);

                                if (may_run(t))
                                        return t;
                                dequeue(t);
                        }
                        occupied[word] &= ~BIT(prio % 32);
                }
                occupied_words &= ~BIT(word);
        }
        return idle_thread;
}

bool sched_has_slice(void)
{
        return slice_left > 0;
}

/* Charge the time since the last call to the loaded slice and its owner. */
static void charge(void)
{
        u64 now = rdtsc();
        s64 used = (s64)(now - charged_until);

        charged_until = now;
        if (slice_left != TIME_NEVER)
                slice_left = slice_left > used ? slice_left - used : 0;
        if (slice_owner && slice_owner->quantum != TIME_NEVER)
                slice_owner->quantum -= used;
}

/* The clock is to interrupt when the loaded slice, or its owner's quantum, ends. */
static void await_end(void)
{
        s64 left = slice_left > 0 ? slice_left : unsliced;

        if (slice_owner && slice_owner->quantum < left)
                left = slice_owner->quantum;
        if (left != TIME_NEVER)
                clock_by(charged_until + (u64)(left > shortest ? left : shortest));
}

static void load_slice(struct tcb *t)
{
        if (t->left > 0) {
                slice_owner = t->left_owner ? thread_find(t->left_owner) : t;
        } else {
                t->left = t->slice;
                slice_owner = t;
        }
        slice_left = t->left;
        t->left = 0;
        await_end();
}

/* Put what is left of the loaded slice where it belongs. */
static void unload_slice(struct tcb *t, bool goes_on)
{
        if (!slice_owner && !slice_left)
                return; /* it has been passed on */
        t->left = 0;
        if (goes_on || slice_owner == t) {
                t->left = slice_left;
                t->left_owner = slice_owner ? slice_owner->id : 0;
        } else if (slice_owner && slice_owner->left == 0) {
                slice_owner->left = slice_left;
                slice_owner->left_owner = slice_owner->id;
        }
}

/* The running thread no longer puts off a preemption. */
static void end_delay(struct tcb *self)
{
        if (self->delaying) {
                self->delaying = false;
                fast_block &= ~FAST_BLOCK_DELAY;
                self->utcb[UTCB_FLAGS] &= ~PREEMPT_PENDING;
        }
}

void switch_resources(struct tcb *to)
{
        end_delay(current());
        fpu_switch(to);
        if (X_BOUNDS)
                bounds_switch(to);
        if (X_SMALL_SPACES && to->space)
                small_switch(to);
        if ((fast_block & (FAST_BLOCK_TLS | FAST_BLOCK_DEBUG)) |
            (to->work & (WORK_TLS | WORK_DEBUG))) {
                if (X_TLS)
                        tls_switch(to);
                if (X_DEBUG)
                        debug_switch(to);
        }
}

/* Continue `to`; returns when someone continues the caller. */
static void switch_to(struct tcb *to)
{
        switch_resources(to);
        switch_context(to);
}

void sched_leave_to(struct tcb *to)
{
        /* As on the fast path, mostly there is nothing. */
        if (fast_block || (to->work & ~WORK_TO_DO))
                switch_resources(to);
        leave_to(to);
}

/* Run the best thread on its own slice; @best of all but donors, if it is known. */
static void dispatch_to(struct tcb *best)
{
        struct tcb *self = current(), *next = best;

        if (!best || !link_alone(&donors)) {
                donors_return();
                next = pick();
        }
        if (next != idle_thread)
                load_slice(next);
        else
                slice_owner = NULL, slice_left = TIME_NEVER;
        if (next != self)
                switch_to(next);
}

static void dispatch(void)
{
        dispatch_to(NULL);
}

void schedule_to(struct tcb *best)
{
        struct tcb *self = current();

        charge();
        if (best && !may_run(best))
                best = NULL; /* that was the last of its quantum */
        if (self != idle_thread) {
                bool goes_on = self->state == S_RUNNING;

                unload_slice(self, goes_on);
                /* Preempted between the end of its slice and the clock, it has had its turn. */
                if (slice_left <= 0)
                        dequeue(self);
                if (goes_on)
                        enqueue(self, slice_left > 0);
        }
        dispatch_to(best);
}

void schedule(void)
{
        schedule_to(NULL);
}

void sched_ready(struct tcb *t)
{
        t->state = S_RUNNING;
        want_time(t);
        if (sched_has_time(t))
                enqueue(t, false);
}

void sched_ready_preempted(struct tcb *scheduler)
{
        struct tcb *self = current(), *to = scheduler->zero_slice ? scheduler : self;

        if (X_ZERO_SLICE && self->zero_slice) {
                charge();
                to->left = slice_left;
                to->left_owner = slice_owner ? slice_owner->id : 0;
                slice_owner = NULL;
                slice_left = 0;
        }
        sched_ready(scheduler);
}

void sched_wake(struct tcb *t)
{
        sched_ready(t);
        if (t->prio > current()->prio || current() == idle_thread)
                sched_preempt();
}

void sched_set_prio(struct tcb *t, u8 prio)
{
        bool queued = t->queued;

        dequeue(t);
        t->prio = prio;
        if (queued || t->state == S_RUNNING)
                enqueue(t, t == current());
        sched_preempt();
}

void sched_donate(struct tcb *to)
{
        struct tcb *self = current();

        if (self->state == S_RUNNING) {
                dequeue(self);
                link_add_tail(&donors, &self->ready);
                self->queued = true;
        }
        to->state = S_RUNNING;
        if (to != self)
                switch_to(to);
}

void sched_yield(void)
{
        struct tcb *self = current();

        charge();
        slice_left = 0;
        self->left = 0;
        end_delay(self);
        dequeue(self);
        want_time(self);
        if (sched_has_time(self))
                enqueue(self, false);
        dispatch();
}

/* --- preemption -------------------------------------------------------------- */

/*
 * May the running thread put off a preemption by a thread of this priority
 * (manual 3.4)?  It may if it asked to (UTCB flag), the other's priority does
 * not exceed its sensitive priority, and its maximum delay has not passed.
 * Whose time slice it runs on makes no difference.  The delay ends, and the
 * pending flag with it, as soon as the thread stops running (switch_to); the
 * fast path leaves a thread that delays to it.
 */
static bool delays_preemption(struct tcb *self, u32 by_prio)
{
        if (!self->utcb || !(self->utcb[UTCB_FLAGS] & PREEMPT_DELAY) || !self->max_delay ||
            by_prio > self->sensitive)
                return false;
        if (!self->delaying) {
                self->delaying = true;
                fast_block |= FAST_BLOCK_DELAY;
                self->delay_end = rdtsc() + self->max_delay;
        }
        if (rdtsc() >= self->delay_end)
                return false;
        self->utcb[UTCB_FLAGS] |= PREEMPT_PENDING;
        clock_by(self->delay_end);
        return true;
}

static bool tells_preemption(const struct tcb *self)
{
        return (X_PREEMPT_MSG && self->preempt_msg) ||
               (self->utcb && (self->utcb[UTCB_FLAGS] & PREEMPT_SIGNAL));
}

bool preemption_told(struct tcb *self, struct tcb *best)
{
        /*
         * In the middle of an Ipc there is no user state to tell of or to change,
         * and the scheduler may be the partner: tell it when the Ipc is over.
         */
        if (self->xfer_peer) {
                self->work |= WORK_PREEMPT;
                return false;
        }
        if (X_PREEMPT_MSG && self->preempt_msg)
                return best ? kmsg_preemption_of_user(self, best) : kmsg_preemption(self, false);
        if (self->utcb && (self->utcb[UTCB_FLAGS] & PREEMPT_SIGNAL))
                return kmsg_preemption_signal(self);
        return false;
}

/* The priority of the best thread in the ready queues, or a higher one; -1: there is none. */
static s32 best_prio(void)
{
        s32 word = occupied_words ? 31 - __builtin_clz(occupied_words) : -1;

        if (word < 0)
                return -1;
        return occupied[word] ? 32 * word + 31 - __builtin_clz(occupied[word]) : 32 * word + 31;
}

static void preempt(bool in_user)
{
        struct tcb *self = current(), *rival;

        if (self->state == S_RUNNING && self != idle_thread && best_prio() <= self->prio)
                rival = self;
        else
                rival = pick();
        if (self == idle_thread) {
                if (rival != self)
                        schedule();
                return;
        }
        if (self->state != S_RUNNING)
                return;
        if (rival == self || rival == idle_thread || rival->prio <= self->prio) {
                /* Who it put off is gone; unless the slice is over: see there. */
                if (slice_left > 0)
                        end_delay(self);
                return;
        }
        if (delays_preemption(self, rival->prio))
                return;
        end_delay(self);
        if (tells_preemption(self)) {
                if (!preemption_told(self, in_user ? rival : NULL))
                        schedule();
        } else {
                schedule_to(rival);
        }
}

void sched_preempt(void)
{
        preempt(false);
}

void sched_preempt_user(void)
{
        preempt(true);
}

/* The loaded slice is used up: the next of the same priority has its turn. */
static void slice_expired(void)
{
        struct tcb *self = current(), *rival;
        bool quantum_over = slice_owner && slice_owner->quantum <= 0, goes_on, preempted;

        donors_return();
        dequeue(self);
        rival = pick();
        self->left = 0;
        if (quantum_over && !slice_owner->spent_told)
                slice_owner->work |= WORK_QUANTUM;
        want_time(self);
        goes_on = sched_has_time(self);
        preempted = !goes_on || (rival != idle_thread && rival->prio >= self->prio);
        if (!quantum_over && preempted && rival != idle_thread &&
            delays_preemption(self, rival->prio))
                return;
        end_delay(self);
        slice_left = 0;
        if (preempted && !(self->work & WORK_TIME) && preemption_told(self, NULL))
                return;
        if (goes_on)
                enqueue(self, false);
        dispatch();
}

/* The clock interrupts before long, and the loaded slice will not be over then. */
static bool is_ample(void)
{
        return slice_left >= ample && slice_owner && slice_owner->quantum == TIME_NEVER &&
               clock_armed < charged_until + (u64)ample;
}

/*
 * While nobody else could run the loaded slice begins anew before it is over: its end would change
 * nothing, but be an interrupt.
 */
static void refill(struct tcb *self)
{
        struct tcb *owner = slice_owner;

        if (!owner || owner->zero_slice || owner->quantum != TIME_NEVER || slice_left <= 0 ||
            slice_left >= owner->slice / 2 || !link_alone(&donors))
                return;
        dequeue(self);
        if (pick() == idle_thread)
                slice_left = owner->slice;
        else
                enqueue(self, true);
}

/* Whom the running thread, in user code, tells of a preemption so that t hears of it; or NULL. */
static struct tcb *teller(const struct tcb *t)
{
        struct tcb *self = current(), *to;

        if (!self->preempt_msg || self->max_delay)
                return NULL;
        to = fault_handler(self, self->scheduler);
        return to && to->scheduler == t->id && to->prio >= self->prio ? to : NULL;
}

/* Wake those whose alarm is due; whom the running thread is to tell instead, if it can. */
static struct tcb *alarms_expire(bool can_tell)
{
        struct tcb *told = NULL;

        while (alarm_first <= charged_until) {
                struct tcb *t = alarm_take(charged_until);

                if (can_tell && !told)
                        told = teller(t);
                if (told && told->scheduler == t->id)
                        continue;
                /* Who is told gets a message now; it will wait again. */
                if (t == told || !ipc_wake(t))
                        alarm_again(t, charged_until);
        }
        clock_by(alarm_first);
        return told;
}

/* Is somebody ready that the running thread gives way to? */
static bool has_rival(const struct tcb *self)
{
        return best_prio() > self->prio && pick()->prio > self->prio;
}

void sched_tick(bool in_user)
{
        struct tcb *self = current(), *told = NULL;
        bool over;

        charge();
        timeout_expire(charged_until);
        over = slice_left <= 0 || (slice_owner && slice_owner->quantum <= 0);
        if (X_PREEMPT_MSG)
                told = alarms_expire(in_user && !over);
        if (self == idle_thread || self->state != S_RUNNING) {
                sched_preempt();
                return;
        }
        if (over) {
                slice_expired();
                return;
        }
        if (!is_ample()) {
                refill(self);
                await_end();
        }
        if (told && !has_rival(self))
                kmsg_preemption_to(self, told);
        preempt(in_user);
}
