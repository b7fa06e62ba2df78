/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sparse: a program with more page tables than a wedge keeps: one byte in every 4 MB of 1.5 GB.
 *
 * A back end that makes room for the page a fault waits for must not do so through the very
 * thread that waits.
 */
#include "programs.h"

enum { PIECES = 384, PIECE_BYTES = 4 << 20, ROUNDS = 2 };

int guest_main(int argc, char **argv, char **environment)
{
        /* private, anonymous, nothing reserved */
        long block[] = {0, (long)PIECES * PIECE_BYTES, PROT_READ_ | PROT_WRITE_, 0x4022, -1, 0};
        volatile uint8_t *memory;
        unsigned round, i, wrong = 0;

        (void)argc;
        (void)argv;
        (void)environment;
        if (!in_a_guest("sparse"))
                return 2;
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
        guest_printf(wrong ? "not ok: %u bytes are not what they were\n"
                           : "ok: a byte in each of %u pieces of 4 MB\n",
                     wrong ? wrong : PIECES);
        return wrong != 0;
}
