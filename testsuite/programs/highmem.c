/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * highmem: mappings that the guest kernel sets and clears all the time, seen from 50 processes.
 *
 *      highmem [ROUNDS]
 *
 * A Linux with high memory (CONFIG_HIGHMEM, booted with highmem=64M) has no address for a page of a
 * file in memory or of a process: kmap gives it one.  Each round every process writes pages of its
 * own file and reads those that another one wrote last, for which the kernel uses the same few
 * addresses as the time before, in whichever process asks; and it reads 32 of its own pages by
 * /proc/self/mem, for which the kernel has 1,024 addresses, kept until all have been used and then
 * given out anew.  A mapping that an address space still had from earlier would show another page's
 * bytes.
 */
#include "programs.h"

enum {
        PROCESSES = 50,
        PAGE = 4096,
        PAGES = 4,
        WORDS = PAGE * PAGES / 4,
        OWN = 32,
        OWN_WORDS = OWN * PAGE / 4
};

static int go[PROCESSES][2], done[2], files[PROCESSES];
static uint32_t buffer[WORDS], own[OWN_WORDS];

static uint32_t pattern(unsigned who, unsigned round, unsigned word)
{
        return (who << 24 | round << 16) ^ word * 2654435761u;
}

/* Is it `who's file as it was written in `round'? */
static bool is_file(unsigned who, unsigned round)
{
        unsigned i;

        sys3(SYS_lseek, files[who], 0, 0);
        for (i = 0; i < WORDS; i++)
                buffer[i] = 0;
        if (sys3(SYS_read, files[who], buffer, sizeof buffer) != (long)sizeof buffer)
                return false;
        for (i = 0; i < WORDS && buffer[i] == pattern(who, round, i); i++)
                ;
        return i == WORDS;
}

static void write_file(unsigned who, unsigned round)
{
        unsigned i;

        for (i = 0; i < WORDS; i++)
                buffer[i] = pattern(who, round, i);
        sys3(SYS_lseek, files[who], 0, 0);
        sys3(SYS_write, files[who], buffer, sizeof buffer);
}

static void fill_own(unsigned who)
{
        unsigned i;

        for (i = 0; i < OWN_WORDS; i++)
                own[i] = pattern(who, 0, i);
}

/* How many of this process' own pages @memory, its /proc/self/mem, shows otherwise. */
static unsigned wrong_pages(long memory)
{
        static uint32_t page[PAGE / 4];
        unsigned wrong = 0, i, n;

        for (n = 0; n < OWN; n++) {
                const uint32_t *mine = own + n * PAGE / 4;

                sys3(SYS_lseek, memory, (long)mine, 0);
                i = 0;
                if (sys3(SYS_read, memory, page, PAGE) == PAGE)
                        for (; i < PAGE / 4 && page[i] == mine[i]; i++)
                                ;
                wrong += i != PAGE / 4;
        }
        return wrong;
}

/* One process: a byte in is a round, a byte back how many things were wrong. */
static void worker(unsigned n)
{
        unsigned i, last = (n + PROCESSES - 1) % PROCESSES;
        long memory = sys3(SYS_open, "/proc/self/mem", O_RDONLY_, 0);
        char round, wrong;

        for (i = 0; i < PROCESSES; i++)
                sys1(SYS_close, go[i][1]);
        fill_own(n);
        while (sys3(SYS_read, go[n][0], &round, 1) == 1) {
                unsigned now = (unsigned char)round, before = n ? now : now - 1;

                write_file(n, now);
                wrong = !is_file(n, now) + (before && !is_file(last, before));
                wrong += wrong_pages(memory);
                sys3(SYS_write, done[1], &wrong, 1);
        }
        sys1(SYS_exit, 0);
}

/* Does /proc/meminfo tell of high memory? */
static bool has_high_memory(void)
{
        static const char wanted[] = "HighTotal:";
        static char text[PAGE];
        long fd = sys3(SYS_open, "/proc/meminfo", O_RDONLY_, 0), i, n;
        long bytes = sys3(SYS_read, fd, text, sizeof text - 1);

        sys1(SYS_close, fd);
        for (i = 0; i < bytes; i++) {
                for (n = 0; wanted[n] && text[i + n] == wanted[n]; n++)
                        ;
                if (wanted[n])
                        continue;
                for (i += n; text[i] == ' '; i++)
                        ;
                return text[i] != '0';
        }
        return false;
}

static void open_files(void)
{
        char name[] = "/tmp/high00";
        unsigned n;

        for (n = 0; n < PROCESSES; n++) {
                name[9] = (char)('0' + n / 10);
                name[10] = (char)('0' + n % 10);
                files[n] = (int)sys3(SYS_open, name, O_RDWR_ | O_CREAT_ | O_TRUNC_, 0600);
                sys1(SYS_pipe, go[n]);
        }
        sys1(SYS_pipe, done);
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned rounds = argc > 1 ? number_of(argv[1]) : 20, round, n, wrong = 0;
        int status;

        (void)environment;
        if (!in_a_guest("highmem"))
                return 2;
        if (!has_high_memory()) {
                guest_printf("ok # SKIP this Linux has no high memory\n");
                return 0;
        }
        open_files();
        for (n = 0; n < PROCESSES; n++)
                if (!sys0(SYS_fork))
                        worker(n);
        for (round = 1; round <= rounds && round < 256; round++)
                for (n = 0; n < PROCESSES; n++) {
                        char byte = (char)round;

                        sys3(SYS_write, go[n][1], &byte, 1);
                        if (sys3(SYS_read, done[0], &byte, 1) == 1 && !byte)
                                continue;
                        if (!wrong++)
                                guest_printf("# round %u, process %u: %u wrong\n", round, n, byte);
                }
        for (n = 0; n < PROCESSES; n++)
                sys1(SYS_close, go[n][1]);
        for (n = 0; n < PROCESSES; n++)
                sys4(SYS_wait4, -1, &status, 0, 0);
        guest_printf("%s %u rounds of %u processes in high memory\n", wrong ? "not ok" : "ok",
                     rounds, PROCESSES);
        return wrong != 0;
}
