/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-alternate ROUNDS: what one way of doing things costs over another.
 *
 * Standard input holds pairs of shell commands, one a line: the plain way, then
 * the other.  Both are run in turn, ROUNDS times, with the order changing from
 * run to run, so that whatever else the machine does disturbs both alike.
 * Counted is the processor time of the command and all it started.  Linux
 * measures the sum of user and system time exactly and their shares by sampling,
 * so the least sum of all rounds stands for each command, and the shares are
 * taken over all its runs.
 *
 * Prints one line: percent of user time over plain; percent of user and system
 * time over plain; the least and the greatest of the latter in any single round;
 * number of pairs; user and system seconds of the plain way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS = 4096, ROUNDS = 64, LINE = 65536, SIDES = 2 };

struct command {
        char *text;
        double least; /* user and system seconds */
};

static struct command command[PAIRS][SIDES];
static double user[SIDES], both[SIDES]; /* of all runs */
static double round_sum[ROUNDS][SIDES]; /* user and system seconds */

static double seconds(const struct timeval *time)
{
        return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Run one command; 0 when it succeeded. */
static int run(const char *text, struct rusage *usage)
{
        pid_t child = fork();
        int status;

        if (!child) {
                execl("/bin/sh", "sh", "-c", text, (char *)NULL);
                _exit(127);
        }
        while (child < 0 || wait4(child, &status, 0, usage) < 0)
                if (child < 0 || errno != EINTR)
                        return -1;
        return status;
}

static unsigned read_pairs(void)
{
        static char line[LINE];
        unsigned lines = 0;

        while (lines < PAIRS * SIDES && fgets(line, sizeof line, stdin)) {
                line[strcspn(line, "\n")] = 0;
                command[lines / SIDES][lines % SIDES].text = strdup(line);
                lines++;
        }
        return lines / SIDES;
}

static double percent(double value, double plain)
{
        return 100 * (value - plain) / plain;
}

int main(int argc, char **argv)
{
        unsigned rounds = argc == 2 ? (unsigned)atoi(argv[1]) : 0, pairs = read_pairs();
        double least[SIDES] = {0}, low = 1e9, high = -1e9;

        if (!rounds || rounds > ROUNDS || !pairs) {
                fputs("usage: bench-alternate ROUNDS <PAIRS OF COMMANDS\n", stderr);
                return 2;
        }
        for (unsigned round = 0; round < rounds; round++)
                for (unsigned i = 0; i < pairs * SIDES; i++) {
                        unsigned side = (i + i / SIDES + round) % SIDES;
                        struct command *one = &command[i / SIDES][side];
                        struct rusage usage;
                        double sum;

                        if (run(one->text, &usage)) {
                                fprintf(stderr, "bench-alternate: failed: %s\n", one->text);
                                return 1;
                        }
                        sum = seconds(&usage.ru_utime) + seconds(&usage.ru_stime);
                        if (!round || sum < one->least)
                                one->least = sum;
                        user[side] += seconds(&usage.ru_utime);
                        both[side] += sum;
                        round_sum[round][side] += sum;
                }
        for (unsigned i = 0; i < pairs; i++)
                for (unsigned side = 0; side < SIDES; side++)
                        least[side] += command[i][side].least;
        for (unsigned round = 0; round < rounds; round++) {
                double one = percent(round_sum[round][1], round_sum[round][0]);

                low = one < low ? one : low;
                high = one > high ? one : high;
        }
        printf("%.2f %.2f %.2f %.2f %u %.2f\n",
               percent(least[1] * user[1] / both[1], least[0] * user[0] / both[0]),
               percent(least[1], least[0]), low, high, pairs, least[0]);
        return 0;
}
