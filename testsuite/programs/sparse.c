/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sparse [PROCESSES]: programs with more page tables than a wedge keeps, and together more than L4
 * has memory for: one byte in every 4 MB of 1.5 GB, in each of so many processes at once.
 *
 * A back end that makes room for the page a fault waits for must not do so through the very
 * thread that waits; L4 keeps page tables when they are empty, but not when it has nothing else.
 */
#include "programs.h"

enum { PIECES = 384, PIECE_BYTES = 4 << 20, ROUNDS = 2 };

static unsigned touch_all(void)
{
        /* private, anonymous, nothing reserved */
        long block[] = {0, (long)PIECES * PIECE_BYTES, PROT_READ_ | PROT_WRITE_, 0x4022, -1, 0};
        volatile uint8_t *memory;
        unsigned round, i, wrong = 0;

        memory = (void *)sys1(SYS_mmap, block);
        if ((unsigned long)memory > -4096ul) {
                guest_printf("not ok: no 1.5 GB of addresses\n");
                return 1;
        }
        for (round = 0; round < ROUNDS; round++) {
                for (i = 0; i < PIECES; i++) {
                        volatile uint8_t *byte = &memory[(unsigned long)i * PIECE_BYTES];

                        wrong += *byte != (round ? (uint8_t)(i + 1) : 0);
                        *byte = (uint8_t)(i + 1);
                }
        }
        return wrong;
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned i, processes = argc > 1 ? number_of(argv[1]) : 1, bad = 0;

        (void)environment;
        if (!in_a_guest("sparse"))
                return 2;
        for (i = 0; i < processes; i++)
                if (!sys0(SYS_fork))
                        sys1(SYS_exit, touch_all() != 0);
        for (i = 0; i < processes; i++) {
                int status = 0;

                sys4(SYS_wait4, -1, &status, 0, 0);
                bad += status != 0;
        }
        guest_printf(bad ? "not ok: %u processes found bytes that are not what they were\n"
                         : "ok: %u processes, a byte in each of 384 pieces of 4 MB\n",
                     bad ? bad : processes);
        return bad != 0;
}
