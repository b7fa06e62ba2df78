/* SPDX-License-Identifier: BSD-2-Clause */
/* The hardware timer, shared by the virtual machines. */
#ifndef RESOURCEMON_TIMER_H
#define RESOURCEMON_TIMER_H

#include "vm.h"

/* Its interrupt is ours.  False: the kernel refuses. */
int timer_attach(void);

/* @v has a deadline (struct l4vm_shared) before we would look at it. */
void timer_request(struct vm *v);

/* Its interrupt has come while thread @interrupted ran; it is still to be acknowledged. */
void timer_interrupt(L4_ThreadId_t interrupted);

#endif /* RESOURCEMON_TIMER_H */
