/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delayed preemption and the preemption signal [3.3].
 *
 * The thesis (6.2) names two faults of its kernel here: threads that run on
 * donated time are preempted all the same, and the flags are not always right.
 * Both have their tests.
 */
#include "check.h"

#define US(ms) ((ms)*1000u)

/* What the delaying thread is to do, and what it saw (microseconds from its start). */
static volatile L4_Word_t run_us, use_flags;
static volatile L4_Word_t pending_at, cut_at, pending_after, rival_count, stop;
static volatile L4_ThreadId_t delayer;

static volatile uint8_t *flags(void)
{
        return (volatile uint8_t *)L4_Utcb() + L4_UTCB_PREEMPTFLAGS;
}

/* Run for run_us; note when the pending flag appears and when a rival has run. */
static void watch(void)
{
        L4_Clock_t start = L4_SystemClock(), last = start, now;
        L4_Word_t before = rival_count;

        pending_at = cut_at = 0;
        do {
                now = L4_SystemClock();
                if (!pending_at && (*flags() & L4_PREEMPT_PENDING))
                        pending_at = (L4_Word_t)(now - start);
                if (!cut_at && rival_count != before) {
                        cut_at = (L4_Word_t)(last - start) + 1;
                        pending_after = *flags() & L4_PREEMPT_PENDING;
                }
                last = now;
        } while (now - start < run_us);
        if (!cut_at)
                pending_after = *flags() & L4_PREEMPT_PENDING;
}

static void report(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

static void delay_at_once(void)
{
        *flags() |= (uint8_t)use_flags;
        watch();
        *flags() &= (uint8_t)~use_flags;
        report();
}

/* The same on the time of the thread that calls it. */
static void delay_when_called(void)
{
        L4_ThreadId_t from;

        L4_Wait(&from);
        *flags() |= (uint8_t)use_flags;
        watch();
        *flags() &= (uint8_t)~use_flags;
        report();
}

static void donor_by_ipc(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(delayer);
}

static void donor_by_switch(void)
{
        L4_ThreadSwitch(delayer);
        rival_count++;
}

static void rival(void)
{
        while (!stop)
                rival_count++;
}

static void waker(void)
{
        L4_Sleep(MS(8));
        rival_count++;
}

struct trial {
        void (*fn)(void);     /* the delaying thread, of priority 100 */
        unsigned int flags;   /* it sets */
        unsigned int own;     /* its slice, ms */
        unsigned int delay;   /* maximum, ms */
        unsigned int sens;    /* sensitive priority */
        void (*donor)(void);  /* who gives it time, or null */
        unsigned int d_prio;  /* donor's priority */
        unsigned int d_slice; /* and slice, ms */
        void (*rival)(void);  /* who wants to run, or null */
        unsigned int r_prio;
        unsigned int run; /* ms */
};

static int try(const struct trial *t)
{
        L4_ThreadId_t d, other;
        int done;

        stop = 0;
        run_us = US(t->run);
        use_flags = t->flags;
        rival_count = 0;
        if (t->rival) {
                other = task_thread_waiting(L4_nilthread, task_pager());
                L4_Set_Priority(other, t->r_prio);
                task_start(other, t->rival);
        }
        d = task_thread_waiting(L4_nilthread, task_pager());
        delayer.raw = d.raw;
        L4_Schedule(d, L4_TimeControl(MS(t->own), L4_Never), -1u, 100,
                    t->sens << L4_SCHED_SENSPRIO_SHIFT | US(t->delay), NULL);
        task_start(d, t->fn);
        if (t->donor) {
                other = task_thread_waiting(L4_nilthread, task_pager());
                L4_Schedule(other, L4_TimeControl(MS(t->d_slice), L4_Never), -1u, t->d_prio, -1u,
                            NULL);
                task_start(other, t->donor);
        }
        done = L4_IpcSucceeded(L4_Receive_Timeout(d, PATIENCE));
        stop = 1;
        task_delete_all();
        return done;
}

static int within(L4_Word_t us, unsigned int low_ms, unsigned int high_ms)
{
        return us >= US(low_ms) && us <= US(high_ms);
}

static void own_time(void)
{
        struct trial t = {delay_at_once, L4_PREEMPT_DELAY, 10, 60, 200, NULL, 0, 0, rival, 100, 40};

        check(try(&t), "3.3", "delay: a thread may put off the end of its time slice");
        check(within(pending_at, 6, 14), "3.3",
              "delay: the pending flag is set when the slice is over");
        check(cut_at == 0 && pending_after, "3.3",
              "delay: and nobody of that priority runs meanwhile");
        t.delay = 15;
        t.run = 60;
        try(&t);
        check(cut_at > pending_at && within(cut_at - pending_at, 12, 19), "3.3",
              "delay: for its maximum delay and no longer");
        t.flags = 0;
        t.run = 30;
        try(&t);
        check(within(cut_at, 6, 14), "3.3", "delay: not without the delay flag");
        t.flags = L4_PREEMPT_DELAY;
        t.delay = 0;
        try(&t);
        check(within(cut_at, 6, 14), "3.3", "delay: not with a maximum delay of zero");
}

static void by_priority(void)
{
        struct trial t = {
            delay_at_once, L4_PREEMPT_DELAY, 200, 15, 120, NULL, 0, 0, waker, 120, 40};

        try(&t);
        check(within(pending_at, 4, 12) && cut_at > pending_at &&
                  within(cut_at - pending_at, 12, 19),
              "3.3", "delay: a wake-up of up to the sensitive priority is put off");
        t.sens = 119;
        try(&t);
        check(within(cut_at, 4, 12), "3.3",
              "delay: one above the sensitive priority preempts at once");
}

/* Thesis 6.2: "threads with delayed preemption that execute on donated time
 * slices are spuriously preempted". */
static void first_fault(void)
{
        struct trial
            ipc = {delay_when_called,
                   L4_PREEMPT_DELAY,
                   10,
                   60,
                   200,
                   donor_by_ipc,
                   100,
                   6,
                   rival,
                   100,
                   30},
            sw = {
                delay_at_once, L4_PREEMPT_DELAY, 10, 60, 200, donor_by_switch, 150, 6, NULL, 0, 30};

        try(&ipc);
        check(cut_at == 0 && within(pending_at, 2, 10), "3.3",
              "delay: thesis 6.2, first fault: the end of a slice donated by IPC is put off");
        try(&sw);
        check(cut_at == 0 && within(pending_at, 2, 10), "3.3",
              "delay: thesis 6.2, first fault: the end of a slice donated by ThreadSwitch is put "
              "off");
        sw.delay = 15;
        sw.run = 50;
        try(&sw);
        check(cut_at > pending_at && within(cut_at - pending_at, 12, 19), "3.3",
              "delay: thesis 6.2, first fault: for the whole maximum delay and no longer");
        ipc.rival = waker;
        ipc.r_prio = 120;
        ipc.d_slice = 60;
        ipc.delay = 15;
        ipc.run = 40;
        try(&ipc);
        check(cut_at > pending_at && within(cut_at - pending_at, 12, 19), "3.3",
              "delay: thesis 6.2, first fault: a wake-up is put off on donated time");
        ipc.sens = 119;
        try(&ipc);
        check(cut_at != 0 && cut_at < US(14), "3.3",
              "delay: on donated time one above the sensitive priority preempts at once");
        sw.flags = 0;
        sw.d_slice = 20;
        try(&sw);
        check(within(cut_at, 15, 25), "3.2",
              "delay: without any delay a donated slice is run to its end");
}

static volatile L4_Word_t flag_after_ipc;
static L4_ThreadId_t partner_id;

static void partner(void)
{
        L4_ThreadId_t from;

        L4_Wait(&from);
        for (;;) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_ReplyWait(from, &from);
        }
}

/* Delay for most of what is allowed, go through an IPC, and delay again. */
static void delay_ipc_delay(void)
{
        *flags() |= L4_PREEMPT_DELAY;
        while (!(*flags() & L4_PREEMPT_PENDING))
                ;
        run_us = US(12);
        watch();
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(partner_id);
        flag_after_ipc = *flags() & L4_PREEMPT_PENDING;
        run_us = US(50);
        watch();
        report();
}

/* Delay, then switch to the other thread, by name or by a yield. */
static void delay_and_switch(void)
{
        L4_Word_t before;

        L4_DisablePreemption();
        while (!L4_PreemptionPending())
                ;
        before = rival_count;
        L4_ThreadSwitch(partner_id);
        flag_after_ipc = *flags() & L4_PREEMPT_PENDING;
        shared[0] = rival_count != before;
        report();
}

/* Thesis 6.2: "the preemption flags are not always set correctly". */
static void second_fault(void)
{
        struct trial t = {delay_at_once, L4_PREEMPT_DELAY, 10, 60, 200, NULL, 0, 0, rival, 90, 40};

        try(&t);
        check(pending_at == 0 && cut_at == 0, "3.3",
              "delay: thesis 6.2, second fault: no pending flag for a thread of lower priority");
        t.r_prio = 100;
        t.delay = 15;
        t.run = 60;
        try(&t);
        check(pending_at != 0 && cut_at != 0 && !pending_after, "3.3",
              "delay: thesis 6.2, second fault: after the preemption the flag is clear");
        t.rival = waker;
        t.r_prio = 120;
        t.sens = 119;
        t.own = 200;
        try(&t);
        check(pending_at == 0, "3.3",
              "delay: thesis 6.2, second fault: no flag for a preemption that is not put off");
        partner_id = task_thread(L4_nilthread, partner);
        L4_Set_Priority(partner_id, 110);
        t = (struct trial){
            delay_ipc_delay, L4_PREEMPT_DELAY, 6, 20, 200, NULL, 0, 0, rival, 100, 0};
        try(&t);
        check(!flag_after_ipc, "3.3",
              "delay: thesis 6.2, second fault: an IPC that waits ends the delay and the flag");
        check(cut_at > pending_at && within(cut_at - pending_at, 16, 25), "3.3",
              "delay: thesis 6.2, first fault: the next delay has its whole length again");
        for (unsigned int named = 0; named < 2; named++) {
                partner_id = named ? task_thread(L4_nilthread, rival) : L4_nilthread;
                t.fn = delay_and_switch;
                try(&t);
                check(!flag_after_ipc && shared[0], "3.2",
                      named ? "delay: a switch to a thread pays for the delay and clears the flag"
                            : "delay: a yield pays for the delay and clears the flag");
        }
}

/* --- the signal flag -------------------------------------------------------------- */

static void spin(void)
{
        *flags() |= (uint8_t)use_flags;
        for (;;)
                rival_count++;
}

static void spin_politely(void)
{
        *flags() |= (uint8_t)use_flags;
        for (;;) {
                rival_count++;
                if (L4_PreemptionPending())
                        L4_Yield();
        }
}

static L4_ThreadId_t signaller(void (*fn)(void), unsigned int set)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        use_flags = set;
        rival_count = 0;
        L4_Schedule(t, L4_TimeControl(MS(6), L4_Never), -1u, 100,
                    200u << L4_SCHED_SENSPRIO_SHIFT | US(15), NULL);
        *(L4_Word_t *)(task_local_id(t).raw + L4_UTCB_EXCHANDLER) = self.raw;
        task_start(t, fn);
        return t;
}

static void other_spin(void)
{
        for (;;)
                shared[1]++;
}

static void signals(void)
{
        L4_ThreadId_t t, other = task_thread(L4_nilthread, other_spin);
        L4_Clock_t start = L4_SystemClock(), stamp, now;
        L4_Word_t before;
        L4_MsgTag_t tag;

        L4_Set_Priority(other, 100);
        t = signaller(spin, L4_PREEMPT_SIGNAL);
        tag = L4_Receive_Timeout(t, PATIENCE);
        now = L4_SystemClock();
        stamp = (L4_Clock_t)L4_StoreMR(2) << 32 | L4_StoreMR(1);
        check(L4_IpcSucceeded(tag) && tag.raw == L4_TAG_PREEMPTION, "3.3",
              "signal: a preemption is signalled to the exception handler");
        check(stamp >= start && stamp <= now, "3.3", "signal: with the time of it");
        before = rival_count;
        L4_Sleep(MS(40));
        check(rival_count != before, "3.3", "signal: the thread goes on without an answer");
        before = rival_count;
        L4_Sleep(MS(40));
        check(rival_count == before, "3.3",
              "signal: the next one waits until the handler has taken it");
        tag = L4_Receive_Timeout(t, PATIENCE);
        check(L4_IpcSucceeded(tag) && tag.raw == L4_TAG_PREEMPTION, "3.3",
              "signal: no signal is lost");
        *(volatile uint8_t *)(task_local_id(t).raw + L4_UTCB_PREEMPTFLAGS) = 0;
        L4_Receive_Timeout(t, MS(40));
        check(failed_with(L4_Receive_Timeout(t, MS(60)), L4_IPCERR_TIMEOUT, 1), "3.3",
              "signal: none with the flag clear");
        task_delete(t);
        t = signaller(spin_politely, L4_PREEMPT_SIGNAL | L4_PREEMPT_DELAY);
        check(failed_with(L4_Receive_Timeout(t, MS(100)), L4_IPCERR_TIMEOUT, 1) && rival_count,
              "3.3", "signal: none for a thread that delays and then yields in time");
        task_delete(t);
        t = signaller(spin, L4_PREEMPT_SIGNAL | L4_PREEMPT_DELAY);
        check(L4_IpcSucceeded(L4_Receive_Timeout(t, MS(100))), "3.3",
              "signal: one for a thread that delays for too long");
        task_delete(t);
        t = task_thread_waiting(L4_nilthread, task_pager());
        use_flags = L4_PREEMPT_SIGNAL;
        shared[1] = 0;
        task_start(t, spin);
        L4_Sleep(MS(40));
        check(shared[1] != 0, "3.3", "signal: without a handler the preemption takes place");
        task_delete_all();
}

void area_delay(void)
{
        own_time();
        by_priority();
        first_fault();
        second_fault();
        signals();
}
