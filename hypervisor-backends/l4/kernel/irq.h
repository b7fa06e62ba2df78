/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as threads (manual 2.4, 7.1): thread number n below 16 stands for
 * interrupt line n and sends a message to its handler.
 */
#ifndef L4K_IRQ_H
#define L4K_IRQ_H

#include "tcb.h"

void irq_init(void);
/* ThreadControl on an interrupt thread; an enum call_error or 0. */
u32 irq_control(u32 dest, u32 space, u32 pager);
/* A message from the handler: let the line interrupt again. */
bool irq_acknowledge(struct tcb *irq, const struct tcb *by);
/* A handler is being deleted. */
void irq_drop_handler(struct tcb *handler);
/* The hardware interrupt (entry.S). */
void irq_interrupt(struct frame *f);

#endif
