/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef L4K_TRAP_H
#define L4K_TRAP_H

#include "tcb.h"

/* An exception, from user or kernel code (entry.S). */
void trap(struct frame *f);

#endif
