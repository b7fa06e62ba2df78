/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sparse [PROCESSES [PIECES]]: programs with more page tables than a wedge keeps, and together more
 * than L4 has memory for: one byte in every 4 MB of 1.5 GB (or of so many pieces of 4 MB), in each
 * of so many processes at once.  All of them have touched their memory before any looks at it
 * again.
 *
 * A back end that makes room for the page a fault waits for must not do so through the very
 * thread that waits; L4 keeps page tables when they are empty, but not when it has nothing else;
 * and when it has none left at all it is the machine that gives some back.
 */
#include "programs.h"

enum { MOST = 384, PIECE_BYTES = 4 << 20 };

static unsigned pieces = MOST;

static volatile uint8_t *memory_of(unsigned piece)
{
        static volatile uint8_t *memory;
        /* private, anonymous, nothing reserved */
        long block[] = {0, (long)pieces * PIECE_BYTES, PROT_READ_ | PROT_WRITE_, 0x4022, -1, 0};

        if (!memory)
                memory = (void *)sys1(SYS_mmap, block);
        return (unsigned long)memory > -4096ul ? 0 : &memory[(unsigned long)piece * PIECE_BYTES];
}

/* Everything as it was, 0 or what a round before wrote?  And write. */
static unsigned touch_all(bool again)
{
        unsigned i, wrong = 0;

        for (i = 0; i < pieces; i++) {
                volatile uint8_t *byte = memory_of(i);

                if (!byte)
                        return 1;
                wrong += *byte != (again ? (uint8_t)(i + 1) : 0);
                *byte = (uint8_t)(i + 1);
        }
        return wrong;
}

/* Wait until nobody has the pipe's other end any more. */
static void await_end(int fd)
{
        char byte;

        while (sys3(SYS_read, fd, &byte, 1) > 0)
                ;
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned i, processes = argc > 1 ? number_of(argv[1]) : 1, bad = 0;
        int touched[2], go[2];

        (void)environment;
        if (!in_a_guest("sparse"))
                return 2;
        if (argc > 2 && number_of(argv[2]) < MOST)
                pieces = number_of(argv[2]);
        sys1(SYS_pipe, touched);
        sys1(SYS_pipe, go);
        for (i = 0; i < processes; i++) {
                if (sys0(SYS_fork))
                        continue;
                sys1(SYS_close, go[1]);
                bad = touch_all(false);
                sys1(SYS_close, touched[1]);
                await_end(go[0]);
                sys1(SYS_exit, bad + touch_all(true) != 0);
        }
        sys1(SYS_close, touched[1]);
        await_end(touched[0]);
        sys1(SYS_close, go[1]);
        for (i = 0; i < processes; i++) {
                int status = 0;

                sys4(SYS_wait4, -1, &status, 0, 0);
                bad += status != 0;
        }
        guest_printf(bad ? "not ok: %u processes found bytes that are not what they were\n"
                         : "ok: %u processes, a byte in each of %u pieces of 4 MB\n",
                     bad ? bad : processes, pieces);
        return bad != 0;
}
