/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clocks: time-stamp counter and interval timer, read as kernels do that take both readings for one
 * moment (Linux 2.6.9: calibrate_tsc(), mark_offset_tsc()).  On a processor of its own they agree;
 * so they must where the machine stands still now and then.
 */
#include "kernel.h"

enum {
        PIT = 0x40,
        GATE = 0x61,
        FIVE_MS = 5966, /* of 1,193,182 Hz */
        PERIOD = 11932, /* 10 ms */
        RATES = 24,
        PAIRS = 60000,
        NEAR = 40, /* ticks: 34 us */
};

void kernel_trap(struct trap_frame *frame)
{
        panic("unexpected trap", frame);
}

/* Steps of the counter in 5 ms; the delays after ports are kernels'. */
static uint32_t rate(void)
{
        uint64_t start, end;

        outb(GATE, (inb(GATE) & ~2u) | 1);
        outb(PIT + 3, 0xb0);
        outb(PIT + 2, FIVE_MS & 255);
        outb(PIT + 2, FIVE_MS >> 8);
        outb(0x80, 0);
        asm volatile("rdtsc" : "=A"(start));
        while (!(inb(GATE) & 0x20))
                outb(0x80, 0);
        asm volatile("rdtsc" : "=A"(end));
        return (uint32_t)(end - start);
}

static uint32_t rates(uint32_t *least)
{
        uint32_t i, most = 0;

        *least = ~0u;
        for (i = 0; i < RATES; i++) {
                uint32_t n = rate();

                if (n < *least)
                        *least = n;
                if (n > most)
                        most = n;
        }
        return most;
}

/* @a * @b / @c */
static uint32_t scaled(uint32_t a, uint32_t b, uint32_t c)
{
        uint32_t high;

        asm("mull %2; divl %3" : "+a"(a), "=&d"(high) : "r"(b), "r"(c) : "cc");
        return a;
}

/* From one pair of readings to the next both clocks go on by the same. */
static uint32_t pairs(uint32_t five_ms)
{
        uint64_t last = 0, now;
        uint32_t i, last_count = 0, wrong = 0;

        outb(PIT + 3, 0x34);
        outb(PIT, PERIOD & 255);
        outb(PIT, PERIOD >> 8);
        for (i = 0; i < PAIRS; i++) {
                uint32_t passed, apart, count;

                asm volatile("rdtsc; xorl %%ecx, %%ecx" : "=A"(now) : : "ecx");
                outb(PIT + 3, 0);
                count = inb(PIT);
                count |= inb(PIT) << 8;
                passed = scaled((uint32_t)(now - last), FIVE_MS, five_ms);
                apart = (last_count + PERIOD - count + PERIOD * 8u - passed % PERIOD) % PERIOD;
                if (i > 100 && apart > NEAR && apart < PERIOD - NEAR)
                        wrong++;
                last = now;
                last_count = count;
        }
        return wrong;
}

void kernel_main(void)
{
        uint32_t least, most, wrong;

        ktap_plan(2);
        most = rates(&least);
        print("rates %u to %u\n", least, most);
        ktap_result(most - least < least / 100, "the counter's rate is the same each time");
        wrong = pairs(least);
        print("apart %u\n", wrong);
        ktap_result(!wrong, "counter and count are of one moment");
        ktap_finish();
}
