/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4-torture: random system calls with hostile arguments.
 *
 * Unprivileged threads in spaces of their own call the kernel with arguments
 * that are half sensible, half garbage.  A watchdog in another space looks after
 * its memory and the clock meanwhile; the main thread brings dead threads back
 * and counts calls by call and result.  The same seed makes the same calls; the
 * number of calls and the seed are the words of the program's command line.
 * Prints TAP; ends with 0 if nothing was harmed.
 */
#include "torture.h"

#define DEFAULT_CALLS 200000
#define TORTURERS     3
#define ROUND         MS(70) /* several time slices: a live torturer has run in it */

L4_ThreadId_t self;
volatile struct result_table results;
volatile L4_Word_t torture_stop, torture_seed;
volatile struct torturer torturers[TORTURERS_MAX];

static unsigned int tests, failures;

static void check(int holds, const char *name)
{
        l4_printf("%sok %u - %s\n", holds ? "" : "not ", ++tests, name);
        failures += !holds;
}

static uint64_t calls_made(void)
{
        uint64_t n = 0;

        for (unsigned int c = 0; c < CALLS; c++)
                for (unsigned int r = 0; r < RESULTS; r++)
                        n += results.count[c][r];
        return n;
}

static void revive(unsigned int i)
{
        volatile struct torturer *t = &torturers[i];

        if (!L4_IsNilThread((L4_ThreadId_t){t->id}))
                task_delete((L4_ThreadId_t){t->id});
        /* Two in spaces of their own, the last shares one with the first. */
        t->id = (i < 2 ? task_space(torture_main)
                       : task_thread((L4_ThreadId_t){torturers[0].id}, torture_main))
                    .raw;
        t->last = ~0u;
        t->lives++;
}

/* A torturer that made no call since the last look is dead or blocked: replace it. */
static void look_after(void)
{
        for (unsigned int i = 0; i < TORTURERS; i++) {
                volatile struct torturer *t = &torturers[i];

                if (t->calls == t->last) {
                        if (i == 0)
                                torturers[2].last = torturers[2].calls;
                        revive(i);
                } else {
                        t->last = t->calls;
                }
        }
        if (torturers[2].calls == torturers[2].last)
                revive(2);
}

static void print_results(void)
{
        static const char *const result_name[RESULTS] = {
            "ok",  "privilege", "thread",  "space",       "scheduler", "parameter", "utcb",
            "kip", "memory",    "timeout", "nonexistent", "cancelled", "overflow",  "aborted"};

        for (unsigned int c = 0; c < CALLS; c++) {
                l4_printf("# %s:", call_name[c]);
                for (unsigned int r = 0; r < RESULTS; r++)
                        if (results.count[c][r])
                                l4_printf(" %s %u", result_name[r], results.count[c][r]);
                l4_printf("\n");
        }
}

int main(void)
{
        L4_Word_t wanted = task_parameter();
        uint64_t good = 0, all;

        self = L4_MyGlobalId();
        task_init();
        L4_Accept(L4_Nilpage, 0);
        if (!wanted)
                wanted = DEFAULT_CALLS;
        torture_seed = 0x2545F491;
        watchdog_start();
        for (unsigned int i = 0; i < TORTURERS; i++)
                revive(i);
        while (calls_made() < wanted) {
                L4_Sleep(ROUND);
                look_after();
        }
        torture_stop = 1;
        all = calls_made();
        for (unsigned int c = 0; c < CALL_SYSENTER; c++)
                good += results.count[c][0];
        print_results();
        l4_printf("# %llu calls, %llu with valid parameters, threads replaced %u %u %u times\n",
                  all, good, torturers[0].lives, torturers[1].lives, torturers[2].lives);
        check(all >= wanted, "all calls were made and the machine runs");
        check(good * 3 >= all, "at least a third of the calls pass parameter validation");
        check(results.count[CALL_SYSENTER][0] || !torture_has_sysenter(),
              "calls by a SYSENTER of the program's own come back");
        check(watchdog_memory_good(), "the watchdog's memory is unharmed");
        check(watchdog_time_good(), "the watchdog ran on time all along");
        check(L4_MyGlobalId().raw == self.raw && L4_Pager().raw == L4_Sigma0().raw,
              "the main thread's identity and pager are unharmed");
        task_delete_all();
        l4_printf("1..%u\n", tests);
        return (int)failures;
}
