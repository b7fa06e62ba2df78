/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's timer: it counts down once, at a rate of its own, and interrupts (VEC_CLOCK). */
#ifndef L4K_APIC_H
#define L4K_APIC_H

#include "types.h"

/* Put it into operation, its timer still without an interrupt.  False: there is none. */
bool apic_start(void);
/* From the highest count, for measuring; and the count. */
void apic_count_down(void);
u32 apic_count(void);
/* The timer may interrupt from now on. */
void apic_open(void);
/* Interrupt after so many counts, once, instead of what was asked before; not 0. */
void apic_arm(u32 counts);
/* The interrupt has been seen. */
void apic_end(void);

#endif
