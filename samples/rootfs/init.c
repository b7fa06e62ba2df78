/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first process of the sample root file system.
 *
 * Runs one command on the console and tells the machine that started it how
 * that ended, on the second serial port (the control channel), one line each:
 *
 *      afterburn ready                 the command starts now; input is read
 *      afterburn exit STATUS TICKS     it ended; TICKS is the time-stamp
 *                                      counter's advance (instructions, where
 *                                      the emulator counts them)
 *
 * The command is in /afterburn.run, one word after another, each ended by a
 * NUL byte.  `afterburn run' adds that file to the root file system, so any
 * byte survives and the kernel's command line stays short (Linux 2.6.9 takes
 * 255 bytes).  Words before the word "--" are options of init: "quiet" keeps
 * kernel messages off the console while the command runs, and marks on the
 * console where its output begins and ends.
 */
#include "guest.h"

/* Where the command's output begins and ends on a console whose reader may be late. */
static const char ready_mark[] = "\026afterburn ready\026", exit_mark[] = "\026afterburn exit\026";

static const char command_file[] = "/afterburn.run";
static char text[65536];
static const char *default_command[] = {"/bin/sh", NULL};
static const char *default_environment[] = {"PATH=/bin:/sbin:/usr/bin", "HOME=/", "TERM=linux",
                                            NULL};

#define MOST_WORDS 1024
static const char *words[MOST_WORDS + 1];
static bool quiet;

static int control = -1;

static void make_node(const char *path, int mode, unsigned major, unsigned minor)
{
        sys3(SYS_mknod, path, mode, major << 8 | minor);
}

/* What a kernel lacks is no error here: a command that needs it will say so. */
static void mount_all(void)
{
        /* clang-format off */
        static const char *const types[][2] = {
                {"proc", "/proc"}, {"sysfs", "/sys"}, {"tmpfs", "/tmp"}};
        /* clang-format on */
        unsigned i;

        for (i = 0; i < sizeof types / sizeof types[0]; i++) {
                sys2(SYS_mkdir, types[i][1], 0755);
                sys5(SYS_mount, types[i][0], types[i][1], types[i][0], 0, 0);
        }
        sys5(SYS_mount, "devtmpfs", "/dev", "devtmpfs", 0, 0);
        make_node("/dev/console", 020600, 5, 1);
        make_node("/dev/ttyS0", 020600, 4, 64);
        make_node("/dev/ttyS1", 020600, 4, 65);
        make_node("/dev/null", 020666, 1, 3);
        make_node("/dev/zero", 020666, 1, 5);
        make_node("/dev/tty", 020666, 5, 0);
        sys2(SYS_mkdir, "/dev/pts", 0755);
        sys5(SYS_mount, "devpts", "/dev/pts", "devpts", 0, 0);
}

/* Wait until everything written to a terminal has left the machine. */
static void drain(int fd)
{
        sys3(SYS_ioctl, fd, 0x5409, 1); /* TCSBRK */
        /* The last byte is still in the shift register of the port then. */
        guest_sleep(20000000);
}

static void tell(const char *line)
{
        if (control < 0)
                return;
        sys3(SYS_write, control, line, strlen(line));
        drain(control);
}

/* The command's words, NULL-terminated; consumes init's own options. */
static const char **read_command(void)
{
        long fd = sys3(SYS_open, command_file, O_RDONLY_, 0);
        long n, used = 0;
        unsigned count = 0;
        char *p;
        const char **command = words;

        if (fd < 0)
                return default_command;
        while (used < (long)sizeof text - 1 &&
               (n = sys3(SYS_read, fd, text + used, sizeof text - 1 - (size_t)used)) > 0)
                used += n;
        sys1(SYS_close, fd);
        for (p = text; p < text + used && count < MOST_WORDS; p += strlen(p) + 1)
                words[count++] = p;
        for (; *command && strcmp(*command, "--"); command++)
                if (!strcmp(*command, "quiet"))
                        quiet = true;
        if (*command)
                command++;
        return *command ? command : default_command;
}

static void run(const char **command)
{
        long error = sys3(SYS_execve, command[0], command, default_environment);
        guest_printf("init: %s: cannot be executed: error %d\n", command[0], (int)-error);
        sys1(SYS_exit, error == -ENOENT_ ? 127 : 126);
}

int guest_main(int argc, char **argv, char **environment)
{
        char line[96];
        const char **command;
        uint64_t begun, ended;
        long child, gone;
        int status = 0, fd;

        (void)argc, (void)environment;
        if (sys0(SYS_getpid) != 1) {
                guest_printf("%s: not the first process: the kernel starts this\n", argv[0]);
                return 2;
        }
        mount_all();
        for (fd = 0; fd < 3; fd++)
                sys1(SYS_close, fd);
        if (sys3(SYS_open, "/dev/ttyS0", O_RDWR_, 0) < 0)
                sys3(SYS_open, "/dev/console", O_RDWR_, 0);
        sys1(SYS_dup, 0);
        sys1(SYS_dup, 0);
        /* The session is ours: when its leader ends, the terminal drops what it still holds. */
        sys0(SYS_setsid);
        sys3(SYS_ioctl, 0, 0x540e, 1); /* TIOCSCTTY */
        control = (int)sys3(SYS_open, "/dev/ttyS1", O_RDWR_ | O_NOCTTY_, 0);
        command = read_command();
        if (quiet) {
                sys3(SYS_syslog, 8, 0, 1);
                sys3(SYS_write, 1, ready_mark, sizeof ready_mark - 1);
        }
        drain(1);
        tell("afterburn ready\n");
        begun = guest_ticks();
        child = sys0(SYS_fork);
        if (!child)
                run(command);
        do
                gone = sys4(SYS_wait4, -1, &status, 0, 0);
        while (gone != child && gone != -ECHILD_);
        ended = guest_ticks();
        status = status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
        if (quiet)
                sys3(SYS_write, 1, exit_mark, sizeof exit_mark - 1);
        drain(1);
        guest_format(line, sizeof line, "afterburn exit %d %llu\n", status,
                     (unsigned long long)(ended - begun));
        tell(line);
        sys0(SYS_sync);
        sys4(SYS_reboot, 0xfee1dead, 0x28121969, 0x01234567, 0);
        for (;;)
                sys0(SYS_pause);
}
