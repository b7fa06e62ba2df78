/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's timer: the monitor thread waits for it.  L4 wakes that at its next tick only; the
 * resource monitor, who has the hardware timer, is exact, so a near deadline is told to it too.
 */
#include "l4vm.h"

enum { NEAR_NS = 3000000, RETRY_US = 1000 };

volatile uint64_t l4vm_deadline, l4vm_planned;
volatile uint32_t l4vm_deadline_set;

/* The monitor thread wakes when it planned to; tell it if that is too late. */
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
        L4_Set_MsgTag(L4_Tag(L4VM_OP_TIMER, 0, 0));
        L4_Send(l4vm_thread(L4VM_MONITOR));
        l4vm_call_end();
}

/* --- in the monitor thread ------------------------------------------------------------- */

void l4vm_timer_ask(void)
{
        static uint64_t asked;
        uint64_t now, deadline = l4vm_deadline;

        if (!l4vm_deadline_set || deadline == asked)
                return;
        now = backend_time();
        if (now >= deadline || deadline - now > NEAR_NS)
                return;
        asked = deadline;
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_TIMER, 1, 0));
        L4_LoadMR(1, (uint32_t)(deadline - now) / 1000 + 1);
        L4_Send(l4vm_owner);
}

L4_Time_t l4vm_timer_look(bool retry)
{
        uint64_t now, wait;

        l4vm_planned = ~0ull;
        if (!l4vm_deadline_set)
                return retry ? L4_TimePeriod(RETRY_US) : L4_Never;
        now = backend_time();
        if (now >= l4vm_deadline) {
                l4vm_deadline_set = 0;
                l4vm_raise(AB_EVENT_TIMER);
                return L4_Never;
        }
        wait = (l4vm_deadline - now) / 1000 + 1;
        l4vm_planned = l4vm_deadline;
        return retry ? L4_TimePeriod(RETRY_US) : L4_TimePeriod(wait);
}
