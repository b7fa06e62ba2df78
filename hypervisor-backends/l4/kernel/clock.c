/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clock: calibration, and when it next interrupts.
 *
 * The interval timer's channel 2 can be started and watched without its
 * interrupt (through port 0x61), which leaves channel 0 free for users.
 */
#include "apic.h"
#include "clock.h"
#include "config.h"
#include "gdt.h"
#include "kip.h"
#include "sched.h"
#include "tcb.h"
#include "x86.h"

#define PIT_HZ       1193182u
#define PIT_CHANNEL2 0x42
#define PIT_MODE     0x43
#define PIT_GATE     0x61
#define PIT_OUT      BIT(5)
#define PIT_LATCH2   0x80          /* hold channel 2's count for reading */
#define CALIBRATION  (PIT_HZ / 64) /* counts; 16 ms */

#define RTC_INDEX    0x70
#define RTC_DATA     0x71
#define RTC_A        0x0A
#define RTC_B        0x0B
#define RTC_C        0x0C
#define RTC_RATE_512 0x07
#define RTC_PERIODIC BIT(6)

/*
 * The processor's timer counts in steps of its own: this many per cycle, times 2^24.  What is armed
 * is later by a part of what is asked, so that it does not come in vain where the two were not
 * measured exactly.
 */
#define STEP_BITS  24
#define LATER_BITS 12
#define MOST       0x7FFFFFFFu /* cycles armed at once */

u32 clock_khz;
u64 clock_armed;
static bool has_timer;
static u32 steps_per_cycle;

static u8 rtc_read(u8 index)
{
        outb(RTC_INDEX, index);
        return inb(RTC_DATA);
}

static void rtc_write(u8 index, u8 value)
{
        outb(RTC_INDEX, index);
        outb(RTC_DATA, value);
}

struct sample {
        u64 cycles;
        u32 count, steps; /* count down */
};

/* All clocks at one moment: of several readings the one that took least. */
static struct sample sample(void)
{
        struct sample best = {0, 0, 0};
        u64 least = ~0ull;

        for (u32 i = 0; i < 5; i++) {
                u64 before = rdtsc(), took;
                u32 steps = has_timer ? apic_count() : 0, count;

                outb(PIT_MODE, PIT_LATCH2);
                count = inb(PIT_CHANNEL2);
                count |= (u32)inb(PIT_CHANNEL2) << 8;
                took = rdtsc() - before;
                if (took < least) {
                        least = took;
                        best = (struct sample){before, count, steps};
                }
        }
        return best;
}

/*
 * The rate between two samples is right however long the machine was itself kept
 * from running in between, as an emulated one may be; only the count must not have
 * run out.
 */
static void calibrate(void)
{
        struct sample first, last;

        do {
                outb(PIT_GATE, (inb(PIT_GATE) & ~3) | 1); /* gate on, speaker off */
                outb(PIT_MODE, 0xB0);                     /* channel 2, mode 0: once */
                outb(PIT_CHANNEL2, 0xFF);
                outb(PIT_CHANNEL2, 0xFF);
                if (has_timer)
                        apic_count_down();
                first = sample();
                do
                        last = sample();
                while (first.count - last.count < CALIBRATION && !(inb(PIT_GATE) & PIT_OUT));
        } while (inb(PIT_GATE) & PIT_OUT);
        clock_khz =
            (u32)div64((last.cycles - first.cycles) * PIT_HZ, (first.count - last.count) * 1000);
        if (clock_khz < 1000)
                clock_khz = 1000;
        steps_per_cycle = (u32)div64((u64)(first.steps - last.steps) << STEP_BITS,
                                     (u32)(last.cycles - first.cycles));
}

void clock_init(void)
{
        has_timer = apic_start();
        calibrate();
        if (steps_per_cycle == 0)
                has_timer = false;
        kip_set_clock(clock_khz, has_timer ? SLICE_PRECISION_US : TICK_US);
        if (has_timer) {
                clock_armed = CLOCK_NEVER;
                if (X_PREEMPT_MSG && cpu_has_sysenter)
                        kip_offer_alarm();
                apic_open();
                return;
        }
        rtc_write(RTC_A, (rtc_read(RTC_A) & 0xF0) | RTC_RATE_512);
        rtc_write(RTC_B, rtc_read(RTC_B) | RTC_PERIODIC);
        clock_tick_ack();
}

void clock_arm(u64 when)
{
        s64 left = (s64)(when - rdtsc());
        u32 cycles = left < 0 ? 0 : left > MOST ? MOST : (u32)left;
        u64 steps;

        clock_armed = when;
        cycles += cycles >> LATER_BITS;
        steps = ((u64)cycles * steps_per_cycle >> STEP_BITS) + 1;
        apic_arm(steps >> 32 ? 0xFFFFFFFF : (u32)steps);
}

void clock_interrupt(struct frame *f)
{
        apic_end();
        clock_armed = CLOCK_NEVER;
        sched_tick(f->cs & 3);
}

void clock_tick_ack(void)
{
        rtc_read(RTC_C);
}

u64 cycles_to_us(u64 cycles)
{
        return div64(cycles * 1000, clock_khz);
}

s64 us_to_cycles(u64 us)
{
        return (s64)div64(us * clock_khz, 1000);
}

s64 time_to_cycles(u16 time)
{
        u32 mantissa = time & 1023, exponent = time >> 10 & 31;

        if (time == 0)
                return TIME_NEVER;
        return us_to_cycles((u64)mantissa << exponent);
}

/*
 * A point in time (bit 15) gives the low bits of the clock from bit e on, and
 * means the next moment they have that value (manual 3.1): bit 10 is c, the
 * lowest bit of the part above, and e is in bits 11 to 14.
 */
s64 time_deadline(u16 time)
{
        u64 now = rdtsc();

        if (time & 0x8000) {
                u32 e = time >> 11 & 15;
                u64 us = cycles_to_us(now), point;

                point = us & ~((1ull << (e + 10)) - 1);
                if (((u32)(us >> (e + 10)) & 1) != (time >> 10 & 1u))
                        point += 1ull << (e + 10);
                return us_to_cycles(point + ((u64)(time & 1023) << e));
        }
        return time ? (s64)now + time_to_cycles(time) : TIME_NEVER;
}
