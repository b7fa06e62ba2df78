/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef L4K_TRAP_H
#define L4K_TRAP_H

#include "tcb.h"

/* An exception, from user or kernel code (entry.S). */
void trap(struct frame *f);
/* int 0x30 or int 0x31 of a thread whose L4 calls are closed: the fault it would be without. */
void trap_closed_call(struct frame *f);

#endif
