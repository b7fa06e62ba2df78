/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Schedule (manual 3.4) and ThreadSwitch (manual 3.5).
 */
#include "thread.h"
#include "sched.h"
#include "clock.h"
#include "ext.h"
#include "x86.h"

#define KEEP           L4_SCHED_LEAVE
#define TIME_ZERO      L4_TIME_ZERO
#define PREEMPT_MSG_ON L4_SCHED_PREEMPTMSG
#define TIME_MSG_ON    L4_SCHED_TIMEMSG
#define ALARM_ON       L4_SCHED_ALARM

static const u8 result_of_state[] = {
    [S_NONE] = TS_DEAD,        [S_INACTIVE] = TS_INACTIVE,    [S_RUNNING] = TS_RUNNING,
    [S_HALTED] = TS_INACTIVE,  [S_WAITING] = TS_WAITING,      [S_WAITING_T] = TS_WAITING,
    [S_KWAITING] = TS_WAITING, [S_POLLING] = TS_PENDING_SEND, [S_LOCKED] = TS_RECEIVING,
    [S_SENDING] = TS_SENDING,
};

/* A period in cycles as a time value; what does not fit becomes never (0). */
static u32 cycles_to_time(s64 cycles)
{
        u64 us;
        u32 exponent = 0;

        if (cycles == TIME_NEVER)
                return 0;
        if (cycles <= 0)
                return TIME_ZERO;
        us = cycles_to_us((u64)cycles);
        while (us > 1023) {
                us >>= 1;
                exponent++;
        }
        return us ? exponent << 10 | (u32)us : TIME_ZERO;
}

/*
 * Time word: time slice in the high half, total quantum in the low.
 *
 * Who is privileged and gives a thread no slice means to decide alone when it runs: its
 * scheduler, if that is somebody else, hears of its preemptions.
 */
static void set_time(struct tcb *t, u32 time, bool privileged)
{
        u16 slice = (u16)(time >> 16), quantum = (u16)time;

        /* A slice of no length means no slice only where that is an extension. */
        if (slice == TIME_ZERO) {
                t->zero_slice = X_ZERO_SLICE;
                t->time_fixed = X_ZERO_SLICE && privileged;
                t->slice = X_ZERO_SLICE ? 0 : us_to_cycles(1);
        } else if (!(slice & 0x8000)) {
                t->zero_slice = t->time_fixed = false;
                t->slice = time_to_cycles(slice);
        }
        if (!(quantum & 0x8000))
                t->quantum = time_to_cycles(quantum);
        if (t->quantum != TIME_NEVER)
                clock_by(rdtsc() + (u64)t->quantum);
        t->left = 0;
        if (t->quantum > 0) {
                t->work &= ~WORK_QUANTUM;
                t->spent_told = false;
        }
}

void sys_schedule(struct frame *f)
{
        struct tcb *self = current(), *t = thread_resolve(self->space, f->eax), *scheduler;
        u32 time = f->edx, processor = f->esi, prio = f->ecx, preemption = f->edi, old;

        /* An interrupt thread has a priority for form's sake, while it has a handler. */
        if (!t || (t->is_irq && !t->scheduler)) {
                sys_error(f, ERR_INVALID_THREAD);
                return;
        }
        scheduler = thread_resolve(self->space, t->scheduler);
        if (!scheduler || scheduler->space != self->space ||
            (t->time_fixed && (time != KEEP || prio != KEEP) && !self->space->privileged)) {
                sys_error(f, ERR_NO_PRIVILEGE);
                return;
        }
        if ((prio != KEEP && ((prio & 0xFF) > self->prio || (prio & 0x1FF) > 255)) ||
            (preemption != KEEP && (preemption >> 16 & 0xFF) > self->prio) ||
            (processor != KEEP && (processor & 0xFFFF) != 0)) {
                sys_error(f, ERR_INVALID_PARAM);
                return;
        }
        if (t->is_irq) {
                if (prio != KEEP)
                        t->prio = (u8)prio;
                f->eax = TS_WAITING;
                f->edx = 0;
                return;
        }
        old = cycles_to_time(t->left > 0 ? t->left : t->slice) << 16 | cycles_to_time(t->quantum);
        if (time != KEEP)
                set_time(t, time, self->space->privileged);
        if (preemption != KEEP) {
                t->max_delay = (u64)us_to_cycles(preemption & 0xFFFF);
                t->sensitive = (u8)(preemption >> 16);
                if (X_PREEMPT_MSG) {
                        t->preempt_msg = (preemption & PREEMPT_MSG_ON) != 0;
                        t->sets_alarm = (preemption & ALARM_ON) != 0;
                        t->time_msg = X_ZERO_SLICE && (preemption & TIME_MSG_ON) != 0;
                        if (!t->started && t->state == S_KWAITING)
                                t->partner = t->preempt_msg ? t->scheduler : t->partner;
                }
        }
        if (t->work & WORK_HALT)
                f->eax = TS_INACTIVE;
        else if (t->state == S_KWAITING && !t->started)
                f->eax = TS_WAITING;
        else
                f->eax = result_of_state[t->state];
        f->edx = old;
        if (prio != KEEP)
                sched_set_prio(t, (u8)prio);
        else if (t != self && t->state == S_RUNNING)
                sched_wake(t);
}

void sys_thread_switch(struct frame *f)
{
        struct tcb *self = current(), *t;

        if (f->eax == ID_NIL) {
                sched_yield();
                return;
        }
        t = thread_resolve(self->space, f->eax);
        if (t && t != self && t->state == S_RUNNING && !t->is_irq)
                sched_donate(t);
        else if (!t || t == self)
                return;
        else
                sched_yield();
}
