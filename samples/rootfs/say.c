/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * say: a test's mouthpiece.  Prints its words one per line, each between
 * brackets, so that what reached the guest can be compared byte for byte.
 *
 *      say [WORD ...]
 *      say -x STATUS [WORD ...]        ... and ends with STATUS
 *      say -k SIGNAL                   is killed by SIGNAL
 *      say -e                          copies its input, line by line, until an empty one
 *      say -l [WORD ...]               ... and loops for ever
 */
#include "guest.h"

static int number(const char *s)
{
        int n = 0;

        for (; *s >= '0' && *s <= '9'; s++)
                n = n * 10 + *s - '0';
        return n;
}

static void echo(void)
{
        char line[1024];
        long n;

        while ((n = sys3(SYS_read, 0, line, sizeof line - 1)) > 1) {
                line[n] = 0;
                guest_printf("read %s", line);
        }
}

int guest_main(int argc, char **argv, char **environment)
{
        int i = 1, status = 0, lasts = 0;

        (void)environment;
        if (argc > 2 && !strcmp(argv[1], "-x")) {
                status = number(argv[2]);
                i = 3;
        } else if (argc > 2 && !strcmp(argv[1], "-k")) {
                sys2(SYS_kill, sys0(SYS_getpid), number(argv[2]));
        } else if (argc > 1 && !strcmp(argv[1], "-e")) {
                echo();
                return 0;
        } else if (argc > 1 && !strcmp(argv[1], "-l")) {
                lasts = 1;
                i = 2;
        }
        for (; i < argc; i++)
                guest_printf("[%s]\n", argv[i]);
        while (lasts)
                asm volatile("");
        return status;
}
