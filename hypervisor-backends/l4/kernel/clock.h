/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the time-stamp counter for reading; the processor's own timer interrupts when something is
 * due and not before.  Where a processor has none, the real-time clock ticks.  Inside the kernel
 * times are cycles.
 */
#ifndef L4K_CLOCK_H
#define L4K_CLOCK_H

#include "types.h"

#define TIME_NEVER ((s64)0x7FFFFFFFFFFFFFFFLL)

struct frame;

/* The tick where there is one: IRQ 8 at 512 Hz.  The interval timer (IRQ 0) is left to users. */
#define CLOCK_IRQ 8u
#define TICK_US   1953u

/* Else: time slices end that exactly, timeouts more so. */
#define SLICE_PRECISION_US 100u

extern u32 clock_khz;

/* Measure the counter against the interval timer (16 ms), start the timer or the tick. */
void clock_init(void);

/*
 * Interrupt at a moment, or some time before.  What is armed already and comes earlier does for
 * that: its interrupt finds out.  Where the clock ticks, it is armed for ever.
 */
#define CLOCK_NEVER (~0ull)
extern u64 clock_armed;
void clock_arm(u64 when);
static inline void clock_by(u64 when)
{
        if (when < clock_armed)
                clock_arm(when);
}
/* The timer's interrupt (entry.S). */
void clock_interrupt(struct frame *f);
/* Accept the real-time clock's, so that the next can come. */
void clock_tick_ack(void);

u64 cycles_to_us(u64 cycles);
s64 us_to_cycles(u64 us);

/* An L4 time period (manual 3.1) in cycles: TIME_NEVER for 0. */
s64 time_to_cycles(u16 time);
/* A period or a point in time as an absolute cycle count. */
s64 time_deadline(u16 time);

#endif
