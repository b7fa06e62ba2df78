/* SPDX-License-Identifier: BSD-2-Clause */
/* The hardware timer, shared by the virtual machines. */
#ifndef RESOURCEMON_TIMER_H
#define RESOURCEMON_TIMER_H

#include "vm.h"

/* Its interrupt is ours.  False: the kernel refuses. */
int timer_attach(void);

/*
 * Notify @v of AB_EVENT_TIMER in @us microseconds; 0: do not.  A machine that shares its deadline
 * (struct l4vm_shared) has set it sooner than we look at it.
 */
void timer_request(struct vm *v, L4_Word_t us);

/* Its interrupt has come. */
void timer_interrupt(void);

#endif /* RESOURCEMON_TIMER_H */
