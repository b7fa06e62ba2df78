/* SPDX-License-Identifier: BSD-2-Clause */
/* The hardware timer, shared by the virtual machines. */
#ifndef RESOURCEMON_TIMER_H
#define RESOURCEMON_TIMER_H

#include "vm.h"

/* Notify machine @vm of AB_EVENT_TIMER in @us microseconds; 0: do not. */
void timer_request(unsigned int vm, L4_Word_t us);

/* Its interrupt has come. */
void timer_interrupt(void);

#endif /* RESOURCEMON_TIMER_H */
