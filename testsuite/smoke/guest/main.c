/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smoke [--reboot] [--without=WORD,...]: run every test in a process of its own and print
 * KTAP; tests whose number or property is a WORD are left out, and say so.
 * Exit status 0 if none failed.  With --reboot the machine is reset at the
 * end by the suite itself, as a last check.  What would harm a machine that is
 * no guest (the reset, loading a module) is done only in a guest.
 */
#include "smoke.h"

static char *reason; /* shared with the test's process */
enum { REASON_BYTES = 4096 };

static const struct smoke_test *const groups[] = {process_tests, memory_tests, signal_tests,
                                                  io_tests, machine_tests};

void smoke_because(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        guest_vformat(reason, REASON_BYTES, format, arguments);
        va_end(arguments);
}

bool smoke_in_guest(void)
{
        long fd = sys3(SYS_open, "/afterburn.run", O_RDONLY_, 0);

        if (fd >= 0)
                sys1(SYS_close, fd);
        return fd >= 0;
}

int smoke_wait(long child)
{
        int status;
        long gone;

        do
                gone = sys4(SYS_wait4, child, &status, 0, 0);
        while (gone == -EINTR_);
        if (gone != child)
                return -1;
        return status & 0x7f ? 256 + (status & 0x7f) : status >> 8 & 0xff;
}

/* rt_sigaction's own structure and the return trampoline Linux 2.6 wants named. */
struct kernel_action {
        smoke_handler *handler;
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask[2];
};

void smoke_restore(void);
asm("smoke_restore:\n"
    "       movl $173, %eax\n"
    "       int $0x80\n");

long smoke_catch(int number, smoke_handler *handler, unsigned long flags)
{
        struct kernel_action action = {
            handler, flags | SA_SIGINFO_ | 0x04000000, smoke_restore, {0, 0}};

        return sys4(SYS_rt_sigaction, number, &action, 0, 8);
}

/* A test that hangs is killed: SIGALRM's default action. */
static enum outcome run_one(const struct smoke_test *test)
{
        long child;
        int status;

        reason[0] = 0;
        child = sys0(SYS_fork);
        if (!child) {
                sys1(SYS_alarm, 600);
                sys1(SYS_exit, test->run());
        }
        if (child < 0) {
                smoke_because("fork: error %d", (int)-child);
                return FAIL;
        }
        status = smoke_wait(child);
        if (status > SKIP) {
                smoke_because("%s %d", status > 256 ? "killed by signal" : "exit status",
                              status > 256 ? status - 256 : status);
                return FAIL;
        }
        return (enum outcome)status;
}

/* Is @word, of @bytes characters, the test's number or property? */
static bool names(const char *word, unsigned long bytes, const struct smoke_test *test,
                  unsigned number)
{
        unsigned value = 0;
        unsigned long i;

        if (test->property && strlen(test->property) == bytes &&
            !memcmp(test->property, word, bytes))
                return true;
        for (i = 0; i < bytes && word[i] >= '0' && word[i] <= '9'; i++)
                value = value * 10 + (unsigned)(word[i] - '0');
        return bytes && i == bytes && value == number;
}

/* Length of the first of words with commas between. */
static unsigned long word_bytes(const char *list)
{
        unsigned long bytes = 0;

        while (list[bytes] && list[bytes] != ',')
                bytes++;
        return bytes;
}

/* The test is named in @list, words with commas between. */
static bool left_out(const struct smoke_test *test, unsigned number, const char *list)
{
        unsigned long bytes;

        for (; *list; list += bytes + (list[bytes] == ',')) {
                bytes = word_bytes(list);
                if (names(list, bytes, test, number))
                        return true;
        }
        return false;
}

static bool names_a_test(const char *word, unsigned long bytes)
{
        const struct smoke_test *test;
        unsigned group, number = 0;

        for (group = 0; group < sizeof groups / sizeof groups[0]; group++)
                for (test = groups[group]; test->name; test++)
                        if (names(word, bytes, test, ++number))
                                return true;
        return false;
}

/* Every word of @list names a test; else one line says which does not. */
static bool all_known(const char *list)
{
        unsigned long bytes, i;

        for (; *list; list += bytes + (list[bytes] == ',')) {
                bytes = word_bytes(list);
                if (names_a_test(list, bytes))
                        continue;
                guest_printf("smoke: --without=");
                for (i = 0; i < bytes; i++)
                        guest_printf("%c", list[i]);
                guest_printf(": no test has this number or property\n");
                return false;
        }
        return true;
}

int guest_main(int argc, char **argv, char **environment)
{
        const struct smoke_test *test;
        unsigned group, number = 0, failed = 0;
        const char *without = "";
        bool reset = false;
        int i;
        struct {
                unsigned long address, bytes, protection, flags, fd, offset;
        } shared = {0, REASON_BYTES, PROT_READ_ | PROT_WRITE_, 0x21, ~0ul, 0};

        (void)environment;
        for (i = 1; i < argc; i++) {
                if (!strcmp(argv[i], "--reboot")) {
                        reset = true;
                } else if (!strncmp(argv[i], "--without=", 10)) {
                        without = argv[i] + 10;
                        if (!all_known(without))
                                return 2;
                } else {
                        guest_printf("smoke: %s: give --reboot or --without=WORD,...\n", argv[i]);
                        return 2;
                }
        }
        if (reset && !smoke_in_guest()) {
                guest_printf("smoke: --reboot: no guest of afterburn run: boot one\n");
                return 2;
        }
        reason = (char *)sys1(SYS_mmap, &shared);
        if (guest_is_error(reason)) {
                guest_printf("Bail out! no shared memory\n");
                return 1;
        }
        for (group = 0; group < sizeof groups / sizeof groups[0]; group++)
                for (test = groups[group]; test->name; test++)
                        number++;
        guest_printf("KTAP version 1\n1..%u\n", number);
        number = 0;
        for (group = 0; group < sizeof groups / sizeof groups[0]; group++)
                for (test = groups[group]; test->name; test++) {
                        enum outcome outcome = SKIP;

                        if (left_out(test, ++number, without))
                                smoke_because("left out");
                        else
                                outcome = run_one(test);
                        failed += outcome == FAIL;
                        guest_printf("%s %u %s%s%s\n", outcome == FAIL ? "not ok" : "ok", number,
                                     test->name, outcome == SKIP ? " # SKIP " : "",
                                     outcome == SKIP ? reason : "");
                        if (outcome == FAIL)
                                guest_printf("# %s\n", reason);
                }
        if (reset) {
                guest_printf("# resetting the machine\n");
                sys4(SYS_reboot, 0xfee1dead, 0x28121969, 0x01234567, 0);
                guest_printf("not ok reset: the machine still runs\n");
                return 1;
        }
        return failed != 0;
}
