/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread of high priority in a space of its own: every 10 ms it checks a
 * pattern in its memory and how late it was woken.
 */
#include "torture.h"

#define PATTERN_WORDS 4096
#define LATE_US       100000 /* ten times its period */

static L4_Word_t pattern[PATTERN_WORDS] __attribute__((aligned(4096)));
static volatile L4_Word_t rounds, bad_words, late;
static volatile uint64_t worst;

static L4_Word_t expected(unsigned int i, L4_Word_t round)
{
        return (i * 2654435761u) ^ round;
}

static void watch(void)
{
        L4_Clock_t before = L4_SystemClock();

        for (;;) {
                L4_Clock_t now;

                for (unsigned int i = 0; i < PATTERN_WORDS; i++)
                        pattern[i] = expected(i, rounds);
                L4_Sleep(MS(10));
                now = L4_SystemClock();
                if (now - before > LATE_US || now < before)
                        late++;
                if (now - before > worst)
                        worst = now - before;
                before = now;
                for (unsigned int i = 0; i < PATTERN_WORDS; i++)
                        bad_words += pattern[i] != expected(i, rounds);
                rounds++;
        }
}

void watchdog_start(void)
{
        L4_ThreadId_t t = task_space(watch);

        L4_Set_Priority(t, 250);
}

int watchdog_memory_good(void)
{
        l4_printf("# watchdog: %u rounds, worst %llu us\n", rounds, worst);
        return rounds > 2 && bad_words == 0;
}

int watchdog_time_good(void)
{
        return rounds > 2 && late == 0;
}
