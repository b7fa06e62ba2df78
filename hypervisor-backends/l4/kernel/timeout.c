/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timeouts: one list of threads, earliest first, looked at when the clock interrupts.
 */
#include "sched.h"
#include "ipc.h"
#include "clock.h"

static struct link timers = {&timers, &timers};

void timeout_set(struct tcb *t, s64 deadline)
{
        struct link *at;

        timeout_clear(t);
        if (deadline == TIME_NEVER)
                return;
        t->wake = (u64)deadline;
        t->timer_on = true;
        for (at = timers.next; at != &timers && TCB_OF(at, timer)->wake <= t->wake; at = at->next)
                ;
        link_add_tail(at, &t->timer);
        clock_by(t->wake);
}

void timeout_clear(struct tcb *t)
{
        if (t->timer_on) {
                link_remove(&t->timer);
                t->timer_on = false;
        }
}

void timeout_expire(u64 now)
{
        while (!link_alone(&timers)) {
                struct tcb *t = TCB_OF(timers.next, timer);

                if (t->wake > now) {
                        clock_by(t->wake);
                        break;
                }
                timeout_clear(t);
                ipc_timeout(t);
        }
}
