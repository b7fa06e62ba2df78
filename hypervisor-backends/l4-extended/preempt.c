/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preemption messages (thesis 3.3, 3.6), and the time a machine stands in line.
 *
 * A thread that has told of its preemption stands still until it is answered, so of a machine's
 * threads one can run at any time.  Where the resource monitor decides between machines,
 * guest kernel and applications have time slices of zero; then a thread that could run
 * and has no time tells its scheduler so: an application the kernel thread, which has none
 * either and tells the interrupt thread, which asks the resource monitor.  That gives time to
 * the kernel thread when it is this machine's turn.
 *
 * The virtual clock is the real one: it goes on meanwhile.  But the time between the two is known
 * to be lost, l4vm.waited: from the moment the message tells to that in which the monitor says
 * that it is our turn.
 */
#include <l4/schedule.h>
#include "l4xvm.h"
#include "timer.h"

enum { TIME_LOW = 1, TIME_HIGH = 2 };

static uint32_t wanting; /* threads that stand in line */
static uint64_t since;   /* since when the first of them does */

void l4xvm_tell_preemptions(L4_ThreadId_t thread, L4_Word_t besides)
{
        if (L4_Schedule(thread, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE,
                        L4_SCHED_PREEMPTMSG | L4_SCHED_TIMEMSG | besides, NULL) == L4_STATE_ERROR)
                backend_fatal("L4 refuses preemption messages");
}

/* L4's clock, from the counter it is made from. */
static uint64_t microseconds(void)
{
        uint32_t khz = l4vm_machine.counter_khz;
        uint64_t counter = l4vm_counter();

        return counter / khz * 1000 + counter % khz * 1000 / khz;
}

void l4xvm_want_time(L4_ThreadId_t thread)
{
        uint64_t when = (uint64_t)L4_StoreMR(TIME_HIGH) << 32 | L4_StoreMR(TIME_LOW);

        if (!wanting++)
                since = when;
        L4_Set_MsgTag(L4_Tag(RMON_VM_WANT, 1, 0));
        L4_LoadMR(1, L4_ThreadNo(thread) - VM->first_thread);
        L4_Send(l4vm_owner);
}

bool l4xvm_is_wanting(void)
{
        return wanting;
}

bool l4xvm_runs(L4_ThreadId_t from, L4_MsgTag_t tag)
{
        uint64_t now;

        if (L4_Label(tag) != RMON_VM_RUNS ||
            L4_ThreadNo(from) != L4_ThreadNo(l4vm_owner) + RMON_GIVER)
                return false;
        now = microseconds();
        if (wanting && now > since)
                l4vm.waited += now - since;
        wanting -= wanting > 0;
        since = now;
        return true;
}
