/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isolation                 every attack once, KTAP; exit status 0 if nothing changed
 * isolation --work LINES    compute and print; the same on every run
 * Where there is a file /attack, it is the first, whatever the arguments: one command serves two
 * guests.
 */
#include "isolation.h"

enum { PATTERN_WORDS = 32768, FILE_BYTES = 4096, PATIENCE_US = 60000, FAULT_S = 100 };

static uint32_t pattern[PATTERN_WORDS];
static const char path[] = "/tmp/isolation";
static int to_neighbour[2], from_neighbour[2];
static long self;
static unsigned number, failed;

static uint32_t mix(uint32_t x)
{
        x ^= x << 13;
        x ^= x >> 17;
        return x ^ x << 5;
}

static void fill(uint32_t *words, unsigned count, uint32_t seed)
{
        while (count--)
                *words++ = seed = mix(seed);
}

static bool filled(const uint32_t *words, unsigned count, uint32_t seed)
{
        while (count--)
                if (*words++ != (seed = mix(seed)))
                        return false;
        return true;
}

/* The neighbour has memory and floating-point registers of its own, and answers. */
static void be_neighbour(void)
{
        int one = 12345, back;
        char byte;

        fill(pattern, PATTERN_WORDS, 777);
        asm volatile("fninit; fildl %0" : : "m"(one));
        while (sys3(SYS_read, to_neighbour[0], &byte, 1) == 1) {
                asm volatile("fistl %0" : "=m"(back));
                byte = filled(pattern, PATTERN_WORDS, 777) && back == one ? 'y' : 'n';
                sys3(SYS_write, from_neighbour[1], &byte, 1);
        }
        sys1(SYS_exit, 0);
}

static const char *changed(void)
{
        static uint32_t words[FILE_BYTES / 4];
        char byte = '?';
        long fd, got;

        if (!filled(pattern, PATTERN_WORDS, 1))
                return "the parent's memory";
        if (sys0(SYS_getpid) != self)
                return "the parent's number";
        sys3(SYS_write, to_neighbour[1], &byte, 1);
        sys3(SYS_read, from_neighbour[0], &byte, 1);
        if (byte != 'y')
                return "the neighbour's memory or registers";
        fd = sys3(SYS_open, path, O_RDONLY_, 0);
        got = sys3(SYS_read, fd, words, sizeof words);
        sys1(SYS_close, fd);
        if (fd < 0 || got != FILE_BYTES || !filled(words, FILE_BYTES / 4, 2))
                return "the file";
        return 0;
}

/* What has to fault is given time enough on any host. */
static void set_alarm(enum fate fate)
{
        long timer[4] = {0, 0, fate == FAULTS ? FAULT_S : 0, fate == FAULTS ? 0 : PATIENCE_US};

        sys3(SYS_setitimer, 0, timer, 0);
}

void attempt(enum fate fate, void (*attack)(const void *), const void *argument, const char *format,
             ...)
{
        char name[128];
        const char *what = 0;
        va_list arguments;
        long child;
        int status = -1;

        va_start(arguments, format);
        guest_vformat(name, sizeof name, format, arguments);
        va_end(arguments);
        child = sys0(SYS_fork);
        if (!child) {
                set_alarm(fate);
                attack(argument);
                sys1(SYS_exit, 0);
        }
        if (sys4(SYS_wait4, child, &status, 0, 0) != child)
                what = "the child is lost";
        if (!what && fate == FAULTS && (status & 0x7f) != SIGSEGV_)
                what = "the child got no SIGSEGV";
        if (!what && status == HARM << 8)
                what = "another process was harmed";
        if (!what)
                what = changed();
        failed += what != 0;
        guest_printf("%s %u - %s\n", what ? "not ok" : "ok", ++number, name);
        if (what)
                guest_printf("# %s; wait status %x\n", what, (unsigned)status);
}

static int work(unsigned lines)
{
        uint32_t x = 1;
        unsigned i, line;

        for (line = 0; line < lines; line++) {
                for (i = 0; i < 4000000; i++)
                        x = mix(x);
                guest_printf("work %u %x\n", line, x);
        }
        return 0;
}

static bool prepare(void)
{
        static uint32_t words[FILE_BYTES / 4];
        long fd = sys3(SYS_open, path, O_RDWR_ | O_CREAT_ | O_TRUNC_, 0600);

        fill(words, FILE_BYTES / 4, 2);
        if (fd < 0 || sys3(SYS_write, fd, words, FILE_BYTES) != FILE_BYTES)
                return false;
        sys1(SYS_close, fd);
        self = sys0(SYS_getpid);
        if (sys1(SYS_pipe, to_neighbour) || sys1(SYS_pipe, from_neighbour))
                return false;
        if (!sys0(SYS_fork))
                be_neighbour();
        fill(pattern, PATTERN_WORDS, 1);
        return !changed();
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned lines = 0;

        (void)environment;
        if (argc > 2 && !strcmp(argv[1], "--work") && sys3(SYS_open, "/attack", O_RDONLY_, 0) < 0) {
                const char *s = argv[2];

                while (*s >= '0' && *s <= '9')
                        lines = lines * 10 + (unsigned)(*s++ - '0');
                return work(lines);
        }
        guest_printf("KTAP version 1\n");
        if (!prepare()) {
                guest_printf("Bail out! no file, pipe or process\n");
                return 2;
        }
        attempt_memory();
        attempt_instructions();
        attempt_calls();
        attempt_messages();
        guest_printf("1..%u\n", number);
        return failed != 0;
}
