/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak: mixed load for a time, with quiet moments at which whoever watches may count.
 *
 *      soak SECONDS
 *
 * A guest with less than 50 MB is the idle one: it sleeps until the machine is ended.  The other
 * forks in storms, makes and unlinks files in tmpfs, moves bytes through pipes, takes signals,
 * loads and unloads a module, naps, round after round.  At the beginning (when each load has run a
 * few times), and at the end, it brings itself to the same state, prints "soak: quiet" and sleeps.
 * With 0 seconds it runs each load those few times, and no more.
 */
#include "programs.h"

enum { STORM = 200, AT_ONCE = 25, FILES = 60, FILE_BYTES = 20000, PIPE_BYTES = 200000, NAPS = 20 };
enum {
        SYS_sysinfo = 116,
        SIGALRM_ = 14,
        SETTLE = 80,
        QUIET_SECONDS = 15,
        WARM = 5,
        MODULE_MOST = 1 << 20
};

static char buffer[FILE_BYTES];
static volatile unsigned alarms;
static unsigned failures, modules;
static char *module_image;
static long module_bytes;

static void failed(const char *what, long error)
{
        if (!failures++)
                guest_printf("soak: %s failed: %d\n", what, (int)error);
}

static void wait_for(unsigned children)
{
        int status;

        while (children--)
                if (sys4(SYS_wait4, -1, &status, 0, 0) < 0 || status)
                        failed("a child", status);
}

static void storm(void)
{
        unsigned i, n;

        for (i = 0; i < STORM; i += AT_ONCE) {
                for (n = 0; n < AT_ONCE; n++)
                        if (!sys0(SYS_fork)) {
                                memset(buffer, (int)n, sizeof buffer);
                                if (n % 5 == 0) {
                                        const char *const words[] = {"/bin/say", "-x", "0", NULL},
                                                          *const none[] = {NULL};

                                        sys3(SYS_execve, words[0], words, none);
                                }
                                sys1(SYS_exit, buffer[17] != (char)n);
                        }
                wait_for(AT_ONCE);
        }
}

static void files(void)
{
        char name[32];
        unsigned i, k;
        long fd;

        for (i = 0; i < FILES; i++) {
                guest_format(name, sizeof name, "/tmp/soak-%u", i);
                for (k = 0; k < sizeof buffer; k++)
                        buffer[k] = (char)(i + k);
                fd = sys3(SYS_open, name, O_RDWR_ | O_CREAT_ | O_TRUNC_, 0600);
                if (fd < 0 || sys3(SYS_write, fd, buffer, sizeof buffer) != sizeof buffer)
                        failed("writing a file", fd);
                sys1(SYS_close, fd);
        }
        for (i = 0; i < FILES; i++) {
                guest_format(name, sizeof name, "/tmp/soak-%u", i);
                fd = sys3(SYS_open, name, O_RDONLY_, 0);
                if (sys3(SYS_read, fd, buffer, sizeof buffer) != sizeof buffer ||
                    buffer[1234] != (char)(i + 1234))
                        failed("reading a file", fd);
                sys1(SYS_close, fd);
                sys1(SYS_unlink, name);
        }
}

static void pipes(void)
{
        int ends[2];
        long n, sum = 0;

        sys1(SYS_pipe, ends);
        if (!sys0(SYS_fork)) {
                sys1(SYS_close, ends[0]);
                for (n = 0; n < PIPE_BYTES; n += 1000)
                        sys3(SYS_write, ends[1], buffer, 1000);
                sys1(SYS_exit, 0);
        }
        sys1(SYS_close, ends[1]);
        while ((n = sys3(SYS_read, ends[0], buffer, sizeof buffer)) > 0)
                sum += n;
        sys1(SYS_close, ends[0]);
        wait_for(1);
        if (sum != PIPE_BYTES)
                failed("a pipe", sum);
}

void restore_soak(void);
asm(".text\n"
    "restore_soak:\n"
    "       movl $173, %eax\n"
    "       int $0x80\n");

static void alarmed(int number)
{
        (void)number;
        alarms++;
}

static void signals(void)
{
        struct {
                void (*handler)(int);
                unsigned long flags;
                void (*restore)(void);
                unsigned long mask[2];
        } action = {alarmed, 0x14000004, restore_soak, {0, 0}};
        long timer[] = {0, 5000, 0, 5000}, off[] = {0, 0, 0, 0};
        unsigned first = alarms, i;

        sys4(SYS_rt_sigaction, SIGALRM_, &action, 0, 8);
        sys3(SYS_setitimer, 0, timer, 0);
        while (alarms - first < 10)
                for (i = 0; i < 100000; i++)
                        asm volatile("" : : : "memory");
        sys3(SYS_setitimer, 0, off, 0);
        for (i = 0; i < 500; i++)
                sys2(SYS_kill, sys0(SYS_getpid), SIGALRM_);
        if (alarms - first < 510)
                failed("a signal", alarms - first);
}

static void module(void)
{
        long error;

        if (module_bytes <= 0)
                return;
        error = sys3(SYS_init_module, module_image, module_bytes, "");
        if (!error)
                error = sys2(SYS_delete_module, "loop", O_NONBLOCK_);
        if (error)
                failed("a module", error);
        modules++;
}

/*
 * As many processes at once as make every address space that can be cached one of theirs: how many
 * the load has had at once depends on how busy the host is.
 */
static void quiet(const char *when)
{
        char byte;
        int gate[2];
        unsigned i;

        sys1(SYS_pipe, gate);
        for (i = 0; i < SETTLE; i++)
                if (!sys0(SYS_fork)) {
                        sys1(SYS_close, gate[1]);
                        sys1(SYS_exit, sys3(SYS_read, gate[0], &byte, 1) != 0);
                }
        sys1(SYS_close, gate[0]);
        sys1(SYS_close, gate[1]);
        wait_for(SETTLE);
        guest_printf("soak: quiet %s\n", when);
        for (i = 0; i < QUIET_SECONDS * 2; i++)
                guest_sleep(500000000);
}

/* Each ends by the timer, and mostly finds the machine idle. */
static void naps(void)
{
        unsigned i;

        for (i = 0; i < NAPS; i++)
                guest_sleep(1000000);
}

static void round_of_all(void)
{
        storm();
        files();
        pipes();
        signals();
        module();
        naps();
}

static void read_module(void)
{
        long fd = sys3(SYS_open, "/lib/smoke.ko", O_RDONLY_, 0), n;

        if (fd < 0)
                return;
        module_image = (char *)guest_map(MODULE_MOST, PROT_READ_ | PROT_WRITE_);
        while ((n = sys3(SYS_read, fd, module_image + module_bytes, MODULE_MOST - module_bytes)) >
               0)
                module_bytes += n;
        sys1(SYS_close, fd);
}

int guest_main(int argc, char **argv, char **environment)
{
        unsigned long information[16];
        unsigned seconds, rounds = 0;
        long long began, now;

        (void)environment;
        if (argc < 2) {
                guest_printf("usage: soak SECONDS\n");
                return 2;
        }
        if (!in_a_guest("soak"))
                return 2;
        seconds = number_of(argv[1]);
        sys1(SYS_sysinfo, information);
        guest_clock(&began);
        if (information[4] < 50ul << 20) {
                for (;;)
                        guest_sleep(900000000);
        }
        read_module();
        while (rounds++ < WARM)
                round_of_all();
        if (!seconds) {
                guest_printf("soak: %u modules loaded, %u failures\n", modules, failures);
                return failures != 0;
        }
        rounds = 0;
        quiet("before");
        do {
                round_of_all();
                rounds++;
                guest_clock(&now);
        } while (now - began < seconds * 1000000000ll);
        quiet("after");
        guest_printf("soak: %u rounds, %u modules loaded, %u failures\n", rounds, modules,
                     failures);
        return failures != 0;
}
