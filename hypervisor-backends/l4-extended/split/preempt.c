/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preemption messages (thesis 3.3, 3.6): an application's go to main, main's to the monitor
 * thread.  A thread that has sent one stands still until it is answered, so of a machine's threads
 * one can run at any time, and whoever is told has all registers of whoever was stopped.
 * The message says when that was: the machine's clock goes on, but the time is known to be lost.
 */
#include <l4/schedule.h>
#include "l4xvm.h"

enum { TIME_LOW = 1, TIME_HIGH = 2 };

volatile uint64_t l4xvm_lost;

void l4xvm_tell_preemptions(L4_ThreadId_t thread)
{
        if (L4_Schedule(thread, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_PREEMPTMSG,
                        NULL) == L4_STATE_ERROR)
                backend_fatal("L4 refuses preemption messages");
}

/* L4's clock, from the counter it is made from. */
static uint64_t microseconds(void)
{
        uint64_t counter;

        asm volatile("rdtsc" : "=A"(counter));
        return counter / l4vm_machine.counter_khz * 1000 +
               counter % l4vm_machine.counter_khz * 1000 / l4vm_machine.counter_khz;
}

void l4xvm_time_lost(void)
{
        uint64_t then = (uint64_t)L4_StoreMR(TIME_HIGH) << 32 | L4_StoreMR(TIME_LOW);
        uint64_t now = microseconds();

        if (now > then)
                l4xvm_lost += now - then;
}
