/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sharing: what of the processor the guest's scheduler gives two processes that compute.
 *
 *      sharing NICE [MILLISECONDS]     the second process has that nice value; 3,000 of them
 *
 * prints the share of the first, in tenths of a percent.
 */
#include "programs.h"

enum { SYS_nice = 34, SIGKILL_ = 9 };

static void work(volatile unsigned long long *done)
{
        unsigned i;

        for (;;) {
                for (i = 0; i < 1000; i++)
                        asm volatile("" : : : "memory");
                ++*done;
        }
}

int guest_main(int argc, char **argv, char **environment)
{
        volatile unsigned long long *done;
        unsigned i, milliseconds = argc > 2 ? number_of(argv[2]) : 3000;
        unsigned long long all, before[2];
        long pid[2];
        int status;

        (void)environment;
        if (argc < 2) {
                guest_printf("usage: sharing NICE [MILLISECONDS]\n");
                return 2;
        }
        if (!in_a_guest("sharing"))
                return 2;
        done = shared_memory(4096);
        for (i = 0; i < 2; i++) {
                pid[i] = sys0(SYS_fork);
                if (!pid[i]) {
                        if (i)
                                sys1(SYS_nice, number_of(argv[1]));
                        work(&done[i]);
                }
        }
        /* A new process may be given more, or less, at first. */
        guest_sleep(300000000);
        for (i = 0; i < 2; i++)
                before[i] = done[i];
        for (i = 0; i < milliseconds; i += 100)
                guest_sleep(100000000);
        for (i = 0; i < 2; i++)
                before[i] = done[i] - before[i];
        for (i = 0; i < 2; i++) {
                sys2(SYS_kill, pid[i], SIGKILL_);
                sys4(SYS_wait4, pid[i], &status, 0, 0);
        }
        all = before[0] + before[1];
        guest_printf("share %u\n", all ? (unsigned)(before[0] * 1000 / all) : 0);
        return 0;
}
