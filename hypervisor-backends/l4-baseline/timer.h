/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's timer, and how long a monitor thread waits. */
#ifndef L4VM_TIMER_H
#define L4VM_TIMER_H

#include "l4vm.h"

static inline uint64_t l4vm_counter(void)
{
        uint64_t value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}

/* Where L4 has alarms: the timer may have gone off. */
static inline void l4vm_timer_look(void)
{
        if (!l4vm.deadline_set || !l4vm.alarms || l4vm_counter() < l4vm.deadline_at)
                return;
        l4vm.deadline_set = 0;
        l4vm_raise(AB_EVENT_TIMER);
}

/* For a monitor thread: from here on the resource monitor knows of the shared state. */
void l4vm_share(void);
/* Until when to wait: with @retry an event could not be delivered, and that is tried again. */
L4_Time_t l4vm_patience(bool retry);

#endif
