/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clock: calibration and the tick.
 *
 * The interval timer's channel 2 can be started and watched without its
 * interrupt (through port 0x61), which leaves channel 0 free for users.
 */
#include "clock.h"
#include "kip.h"
#include "x86.h"

#define PIT_HZ       1193182u
#define PIT_CHANNEL2 0x42
#define PIT_MODE     0x43
#define PIT_GATE     0x61
#define PIT_OUT      BIT(5)
#define CALIBRATE_HZ 100u

#define RTC_INDEX    0x70
#define RTC_DATA     0x71
#define RTC_A        0x0A
#define RTC_B        0x0B
#define RTC_C        0x0C
#define RTC_RATE_512 0x07
#define RTC_PERIODIC BIT(6)

u32 clock_khz;

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

static void calibrate(void)
{
        u32 count = PIT_HZ / CALIBRATE_HZ;
        u64 start, end;

        outb(PIT_GATE, (inb(PIT_GATE) & ~3) | 1); /* gate on, speaker off */
        outb(PIT_MODE, 0xB0);                     /* channel 2, mode 0: once */
        outb(PIT_CHANNEL2, (u8)count);
        outb(PIT_CHANNEL2, (u8)(count >> 8));
        start = rdtsc();
        while (!(inb(PIT_GATE) & PIT_OUT))
                ;
        end = rdtsc();
        clock_khz = (u32)div64((end - start) * CALIBRATE_HZ, 1000);
        if (clock_khz < 1000)
                clock_khz = 1000;
}

void clock_init(void)
{
        calibrate();
        kip_set_clock(clock_khz);
        rtc_write(RTC_A, (rtc_read(RTC_A) & 0xF0) | RTC_RATE_512);
        rtc_write(RTC_B, rtc_read(RTC_B) | RTC_PERIODIC);
        clock_tick_ack();
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
