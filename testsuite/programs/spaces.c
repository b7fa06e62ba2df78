/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spaces: one kernel area for all processes, seen from 50 of them.
 *
 *      spaces [ROUNDS]
 *
 * The program of a socket filter is in vmalloc memory (Linux from 3.15 on; 2.6.9 has none for these
 * sockets) and runs in whichever process sends to that socket.  Each round the parent installs
 * another filter, in other pages, mostly at addresses used before, and then every one of 50
 * processes sends: the filter that cuts the message must be the new one in every address space.
 * Beside it each process has a file of /proc made for it, which Linux does from vmalloc or kmap
 * memory.
 */
#include "programs.h"

enum { PROCESSES = 50, MESSAGE = 200, DATAGRAM = 2, UNIX = 1, SOCKETPAIR = 8, SET_OPTION = 14 };
enum {
        SOCKET_LEVEL = 1,
        ATTACH_FILTER = 26,
        RETURN_CONSTANT = 6,
        INSTRUCTIONS = 600,
        JUMP_NEXT = 5
};

struct instruction {
        uint16_t code;
        uint8_t if_true, if_false;
        uint32_t k;
};

static struct instruction program[INSTRUCTIONS];
static int ends[2], go[PROCESSES][2];

/* Let messages be cut to @bytes; long programs take several pages. */
static long install(unsigned length, unsigned bytes)
{
        struct {
                unsigned short instructions;
                struct instruction *program;
        } filter = {(unsigned short)length, program};
        long block[] = {ends[0], SOCKET_LEVEL, ATTACH_FILTER, (long)&filter, sizeof filter};
        unsigned i;

        for (i = 0; i < length - 1; i++)
                program[i] = (struct instruction){JUMP_NEXT, 0, 0, 0};
        program[length - 1] = (struct instruction){RETURN_CONSTANT, 0, 0, bytes};
        return sys2(SYS_socketcall, SET_OPTION, block);
}

static void sender(unsigned n)
{
        static char message[MESSAGE], text[4096];
        char byte;
        unsigned i;

        for (i = 0; i < PROCESSES; i++)
                sys1(SYS_close, go[i][1]);
        while (sys3(SYS_read, go[n][0], &byte, 1) == 1) {
                long fd = sys3(SYS_open, "/proc/self/maps", O_RDONLY_, 0);

                message[0] = (char)n;
                message[1] = sys3(SYS_read, fd, text, sizeof text) > 0;
                sys1(SYS_close, fd);
                sys3(SYS_write, ends[1], message, sizeof message);
        }
        sys1(SYS_exit, 0);
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned rounds = argc > 1 ? number_of(argv[1]) : 40, round, n, wrong = 0, sum = 0;
        long block[] = {UNIX, DATAGRAM, 0, (long)ends}, error;
        int status;

        (void)environment;
        if (!in_a_guest("spaces"))
                return 2;
        if (sys2(SYS_socketcall, SOCKETPAIR, block)) {
                guest_printf("not ok no sockets\n");
                return 1;
        }
        for (n = 0; n < PROCESSES; n++)
                sys1(SYS_pipe, go[n]);
        for (n = 0; n < PROCESSES; n++)
                if (!sys0(SYS_fork))
                        sender(n);
        for (round = 0; round < rounds; round++) {
                unsigned bytes = 10 + round * 37 % 150;

                error = install(2 + round * 131 % (INSTRUCTIONS - 2), bytes);
                if (error) {
                        guest_printf("not ok round %u: the filter is refused: error %d\n", round,
                                     (int)-error);
                        wrong++;
                        break;
                }
                for (n = 0; n < PROCESSES; n++) {
                        static char message[256];
                        unsigned who = (n * 7 + round) % PROCESSES;
                        long got;

                        sys3(SYS_write, go[who][1], "g", 1);
                        got = sys3(SYS_read, ends[0], message, sizeof message);
                        sum += (unsigned)got;
                        if (!round && got == MESSAGE) {
                                guest_printf("ok # SKIP this Linux filters no UNIX sockets\n");
                                return 0;
                        }
                        if (got == (long)bytes && message[0] == (char)who && message[1])
                                continue;
                        if (!wrong++)
                                guest_printf("# round %u, process %u: %d bytes of %u\n", round, who,
                                             (int)got, bytes);
                }
        }
        for (n = 0; n < PROCESSES; n++)
                sys1(SYS_close, go[n][1]);
        for (n = 0; n < PROCESSES; n++)
                sys4(SYS_wait4, -1, &status, 0, 0);
        guest_printf("%s %u filters in %u processes: %u bytes came through\n",
                     wrong ? "not ok" : "ok", rounds, PROCESSES, sum);
        return wrong != 0;
}
