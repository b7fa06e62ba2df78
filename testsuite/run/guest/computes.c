/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * computes: a guest kernel that says how much it has computed between two moments of the
 * processor's time-stamp counter, which are the same for all guests of a machine.
 */
#include "kernel.h"

enum { FROM = 400, UNTIL = 2000 }; /* millions */

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector == TIMER_VECTOR)
                timer_acknowledge();
        else
                panic("unexpected trap", frame);
}

static uint64_t counter(void)
{
        uint64_t value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}

static uint32_t work_until(uint64_t when)
{
        uint32_t done = 0;
        unsigned i;

        while (counter() < when) {
                for (i = 0; i < 1000; i++)
                        asm volatile("" : : : "memory");
                done++;
        }
        return done;
}

void kernel_main(void)
{
        uint32_t done;
        bool early;

        ktap_plan(1);
        timer_init(100);
        asm volatile("sti");
        early = work_until(FROM * 1000000ull) > 0;
        done = work_until(UNTIL * 1000000ull);
        asm volatile("cli");
        print("computed %u\n", done);
        ktap_result(early, "ready before the first moment");
        ktap_finish();
}
