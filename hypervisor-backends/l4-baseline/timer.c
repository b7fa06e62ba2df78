/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's timer.  Where L4 has alarms (../l4-extended) it keeps that itself.  Else the resource
 * monitor, who has the hardware's, reads the deadline in shared memory.  Both are told a time only
 * when the next one is not as far behind the last as that was behind the one before: a guest that
 * ticks need not say when it wants to be told.
 */
#include <l4/schedule.h>
#include "timer.h"

enum {
        SOON_NS = 20000,  /* so late it may be */
        BEHIND_NS = 2000, /* so late an alarm is when it is set */
        SHORTEST = 50000, /* periods */
        LONGEST = 20000000,
        MOST_NS = 500000000, /* to the next look; in steps that is a word */
        RETRY_US = 1000,
        STEP_BITS = 20
};

/* --- alarms, in steps of the time-stamp counter --------------------------------------- */

static uint64_t alarm_at; /* the one that was set, or its next */
static uint32_t alarm_period;
static uint64_t alarm_interval; /* in nanoseconds */

static uint32_t steps_in(uint64_t ns)
{
        static uint32_t per_ns; /* times 2^STEP_BITS */

        if (!per_ns)
                per_ns = (uint32_t)(((uint64_t)l4vm_machine.counter_khz << STEP_BITS) / 1000000);
        if (ns > MOST_NS)
                ns = MOST_NS;
        return (uint32_t)((uint64_t)(uint32_t)ns * per_ns >> STEP_BITS);
}

/*
 * Mostly the alarm comes again by itself when it should.  Its period is short by a step or two, so
 * that in time it comes before the deadline, in vain, and is set anew.  So it is where it has gone
 * off before the deadline was there to be seen, for others ran.
 */
static bool comes_again(uint64_t interval)
{
        if (!alarm_period || interval - alarm_interval > 1)
                return false;
        alarm_at += alarm_period;
        l4vm.deadline_at += alarm_period;
        l4vm.deadline_set = 1;
        if (alarm_at > l4vm_counter())
                return true;
        l4vm.deadline_set = 0;
        return false;
}

/* @interval behind the one before. */
static __attribute__((noinline)) void set_alarm(uint64_t when, uint64_t interval)
{
        uint64_t now = l4vm_counter(), time = backend_time();

        l4vm.deadline_at = now + (when > time ? steps_in(when - time) : 0);
        l4vm.deadline_set = 1;
        alarm_at = l4vm.deadline_at + steps_in(BEHIND_NS);
        alarm_interval = interval - 1;
        alarm_period = interval >= SHORTEST && interval <= LONGEST ? steps_in(interval - 1) : 0;
        l4vm_call_begin();
        if (!L4_Alarm(alarm_at, alarm_period))
                backend_fatal("L4 sets no alarm");
        l4vm_call_end();
}

/* --- the resource monitor -------------------------------------------------------------- */

static uint64_t planned(void)
{
        uint64_t value;

        do
                value = l4vm.planned;
        while (value != l4vm.planned);
        return value;
}

static void ask_monitor(uint64_t when)
{
        l4vm.deadline_set = 1;
        if (planned() <= when + SOON_NS)
                return;
        l4vm_call_begin();
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_TIMER, 0, 0));
        L4_Send(l4vm_owner);
        l4vm_call_end();
}

void backend_timer(uint64_t when)
{
        uint64_t interval = when - l4vm.deadline;

        l4vm.deadline_set = 0;
        if (!when)
                return;
        l4vm.deadline = when;
        if (!l4vm.alarms)
                ask_monitor(when);
        else if (!comes_again(interval))
                set_alarm(when, interval);
}

/* --- in the monitor thread ------------------------------------------------------------- */

void l4vm_share(void)
{
        L4_LoadMR(1, (L4_Word_t)&l4vm);
        if (l4vm_request(RMON_VM_SHARED, 1))
                backend_fatal("the resource monitor gives no timer");
}

L4_Time_t l4vm_patience(bool retry)
{
        return retry && l4vm.events ? L4_TimePeriod(RETRY_US) : L4_Never;
}
