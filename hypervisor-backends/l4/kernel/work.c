/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread has to do in the kernel before it returns to user code (tcb.work): stop, or tell
 * its scheduler what could not be told when it happened.
 */
#include "sched.h"
#include "ipc.h"

/* Unless somebody has given it some meanwhile. */
static void tell_of_no_time(struct tcb *self)
{
        if (sched_has_slice())
                return;
        self->told = true;
        kmsg_preemption(self, true);
        if (!sched_has_slice())
                sched_yield();
        self->told = false;
}

void exit_work(void)
{
        struct tcb *self = current();

        while (self->work & WORK_TO_DO) {
                if (self->work & WORK_HALT) {
                        self->state = S_HALTED;
                        schedule();
                } else if (self->work & WORK_PREEMPT) {
                        self->work &= ~WORK_PREEMPT;
                        preemption_told(self, NULL);
                } else if (self->work & WORK_TIME) {
                        self->work &= ~WORK_TIME;
                        tell_of_no_time(self);
                } else {
                        self->work &= ~WORK_QUANTUM;
                        self->spent_told = true;
                        kmsg_preemption(self, false);
                        /* Without a new quantum there is nothing to run on. */
                        if (self->quantum <= 0)
                                sched_yield();
                }
        }
}
