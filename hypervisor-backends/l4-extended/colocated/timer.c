/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's timer.  The resource monitor has the hardware's, and tells the interrupt thread;
 * the kernel thread asks it itself, so that a tick that is set takes one message and
 * one that has come takes two.  L4's own time-outs end at its next tick only.
 */
#include "colocated.h"

enum { LONGEST_US = 1000000000 };

volatile uint64_t l4vm_deadline, l4vm_planned = ~0ull;
volatile uint32_t l4vm_deadline_set;

/* The interrupt thread will look at the clock at @when, which is not far behind. */
static void plan(uint64_t when)
{
        uint64_t now = backend_time(), us = when > now ? (when - now) / 1000 + 1 : 1;

        l4vm_planned = when;
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_TIMER, 1, 0));
        L4_LoadMR(1, us < LONGEST_US ? (uint32_t)us : LONGEST_US);
        L4_Send(l4vm_owner);
}

/* If it looks too early it plans again, so an earlier plan than needed is good. */
void backend_timer(uint64_t when)
{
        l4vm_deadline_set = 0;
        if (!when)
                return;
        l4vm_deadline = when;
        l4vm_deadline_set = 1;
        if (when >= l4vm_planned)
                return;
        l4vm_call_begin();
        plan(when);
        l4vm_call_end();
}

/* In the interrupt thread: the planned time has come. */
bool co_timer_is_due(void)
{
        l4vm_planned = ~0ull;
        if (!l4vm_deadline_set)
                return false;
        if (backend_time() < l4vm_deadline) {
                plan(l4vm_deadline);
                return false;
        }
        l4vm_deadline_set = 0;
        return true;
}
