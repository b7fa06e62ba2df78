/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's timer: the monitor thread waits for it. */
#include "l4vm.h"

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
