/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alarms, beyond the thesis: a thread that its scheduler has let (Schedule, bit 26 of the
 * preemption word) says when the scheduler is to be woken, once or again and again, in cycles.  A
 * virtual machine's timer is that: nobody has to be asked when it goes off.
 *
 * What is woken is the scheduler's wait for anyone, as if a timeout of it had passed.  It need not
 * be where the running thread is one whose preemption it hears of anyway, at second hand: user code
 * whose scheduler waits for it, and has this one.  Then that thread is preempted, and tells so.
 */
#include "ext.h"
#include "clock.h"
#include "sched.h"
#include "thread.h"

#define PERIOD_LEAST_US 50u  /* else who sets one could keep the processor busy with it */
#define AGAIN_US        100u /* until somebody is tried again who could not be woken */

static struct link alarms = {&alarms, &alarms}; /* earliest first */

u64 alarm_first = CLOCK_NEVER;

static void note_first(void)
{
        alarm_first = link_alone(&alarms) ? CLOCK_NEVER : TCB_OF(alarms.next, alarms)->alarm;
        clock_by(alarm_first);
}

static void set(struct tcb *t, u64 when)
{
        struct link *at = alarms.next;

        t->alarm = when;
        while (at != &alarms && TCB_OF(at, alarms)->alarm <= when)
                at = at->next;
        link_add_tail(at, &t->alarms);
        note_first();
}

void alarm_drop(struct tcb *t)
{
        if (!t->alarm)
                return;
        link_remove(&t->alarms);
        t->alarm = 0;
        note_first();
}

struct tcb *alarm_take(u64 now)
{
        struct tcb *t = TCB_OF(alarms.next, alarms);

        if (!t->alarm_period) {
                alarm_drop(t);
                return t;
        }
        if (t->alarm_regular <= now)
                t->alarm_regular += t->alarm_period;
        if (t->alarm_regular <= now)
                t->alarm_regular = now + t->alarm_period;
        if (t->alarms.next == &alarms) {
                alarm_first = t->alarm = t->alarm_regular; /* there is no other */
        } else {
                link_remove(&t->alarms);
                set(t, t->alarm_regular);
        }
        return t;
}

void alarm_again(struct tcb *t, u64 now)
{
        u64 when = now + (u64)us_to_cycles(AGAIN_US);

        if (t->alarm && t->alarm <= when)
                return;
        alarm_drop(t);
        set(t, when);
}

/* EAX and ESI: when, 0 never; EDI: period, 0 none.  EAX becomes 1, or 0 with an error code. */
void sys_alarm(struct frame *f)
{
        struct tcb *self = current(), *t = self->sets_alarm ? thread_find(self->scheduler) : NULL;
        u64 when = (u64)f->esi << 32 | f->eax;

        if (!t) {
                sys_error(f, ERR_NO_PRIVILEGE);
                return;
        }
        if (f->edi && f->edi < us_to_cycles(PERIOD_LEAST_US)) {
                sys_error(f, ERR_INVALID_PARAM);
                return;
        }
        alarm_drop(t);
        t->alarm_regular = when;
        t->alarm_period = f->edi;
        /* The second half of all there is never comes, and clock_arm() takes it for the past. */
        if ((s64)when > 0)
                set(t, when);
        f->eax = 1;
}
