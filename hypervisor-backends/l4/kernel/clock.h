/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the time-stamp counter for reading, the real-time clock's periodic
 * interrupt for ticking.  Inside the kernel times are cycles.
 */
#ifndef L4K_CLOCK_H
#define L4K_CLOCK_H

#include "types.h"

#define TIME_NEVER ((s64)0x7FFFFFFFFFFFFFFFLL)

/* Tick: IRQ 8 at 512 Hz.  The interval timer (IRQ 0) is left to users. */
#define CLOCK_IRQ 8u
#define TICK_US   1953u

extern u32 clock_khz;

/* Measure the counter against the interval timer (16 ms), start the tick. */
void clock_init(void);
/* Accept a tick, so that the next can come. */
void clock_tick_ack(void);

u64 cycles_to_us(u64 cycles);
s64 us_to_cycles(u64 us);

/* An L4 time period (manual 3.1) in cycles: TIME_NEVER for 0. */
s64 time_to_cycles(u16 time);
/* A period or a point in time as an absolute cycle count. */
s64 time_deadline(u16 time);

#endif
