/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's timer.  The resource monitor, who has the hardware's, reads the deadline in shared
 * memory.  It expects the next one as far behind the last as that was behind the one before, so a
 * guest that ticks need not say when it wants to be told.
 */
#include "l4vm.h"

enum { SOON_NS = 20000, /* so late it may be */ RETRY_US = 1000 };

static uint64_t planned(void)
{
        uint64_t value;

        do
                value = l4vm.planned;
        while (value != l4vm.planned);
        return value;
}

void backend_timer(uint64_t when)
{
        l4vm.deadline_set = 0;
        if (!when)
                return;
        l4vm.deadline = when;
        l4vm.deadline_set = 1;
        if (planned() <= when + SOON_NS)
                return;
        l4vm_call_begin();
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_TIMER, 0, 0));
        L4_Send(l4vm_owner);
        l4vm_call_end();
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
