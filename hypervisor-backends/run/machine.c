/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator: its command line, and its start. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/diag.h"
#include "run.h"

#define MOST_WORDS 128

struct words {
        char *word[MOST_WORDS + 1];
        unsigned count;
};

static char *folder; /* of files on disk; NULL: none yet */

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *format, ...)
{
        va_list arguments;

        if (words->count == MOST_WORDS)
                ab_die(AB_EXIT_USAGE, "too many emulator options");
        va_start(arguments, format);
        if (vasprintf(&words->word[words->count++], format, arguments) < 0)
                ab_die(AB_EXIT_ERROR, "out of memory");
        va_end(arguments);
}

/* Run a program to its end, its chatter dropped; its exit status. */
static int run_quietly(char **argv)
{
        int status, null;
        pid_t child = fork();

        if (!child) {
                null = open("/dev/null", O_RDWR);
                dup2(null, 1);
                dup2(null, 2);
                execvp(argv[0], argv);
                _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be run: %s", argv[0], strerror(errno));
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Remove the files on disk. */
static void clean(void)
{
        char *argv[] = {(char *)"rm", (char *)"-rf", folder, NULL};

        if (folder)
                run_quietly(argv);
        folder = NULL;
}

static const char *work_folder(void)
{
        const char *parent = getenv("TMPDIR");

        if (!folder) {
                folder = ab_format("%s/afterburn.XXXXXX", parent && *parent ? parent : "/tmp");
                if (!mkdtemp(folder))
                        ab_die(AB_EXIT_ERROR, "%s: cannot be made: %s: set TMPDIR", folder,
                               strerror(errno));
                atexit(clean);
        }
        return folder;
}

static void copy_file(const char *from, const char *to)
{
        char buffer[65536];
        FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
        size_t n;

        if (!in || !out)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", to, strerror(errno));
        while ((n = fread(buffer, 1, sizeof buffer, in)) > 0)
                fwrite(buffer, 1, n, out);
        if (ferror(in) || fclose(out))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", to, strerror(errno));
        fclose(in);
}

/* A GRUB CD image with everything in it; its path. */
static char *make_iso(const struct run_options *options, const struct run_images *images)
{
        const char *work = work_folder();
        char *iso = options->iso ? ab_strdup(options->iso) : ab_format("%s/boot.iso", work);
        char *make_folders[] = {(char *)"mkdir", (char *)"-p", ab_format("%s/cd/boot/grub", work),
                                NULL};
        char *rescue[] = {(char *)"grub-mkrescue", (char *)"-o", iso, ab_format("%s/cd", work),
                          NULL};
        FILE *menu;
        unsigned i;
        int status;

        if (run_quietly(make_folders))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: set TMPDIR", work);
        copy_file(images->boot, ab_format("%s/cd/boot/boot", work));
        for (i = 0; i < images->modules; i++)
                copy_file(images->module[i], ab_format("%s/cd/boot/module%u", work, i));
        menu = fopen(ab_format("%s/cd/boot/grub/grub.cfg", work), "w");
        if (!menu)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", work, strerror(errno));
        fprintf(menu,
                "set timeout=0\nmenuentry \"Afterburn\" {\n"
                "multiboot /boot/boot %s\n",
                images->command_line);
        for (i = 0; i < images->modules; i++)
                fprintf(menu, "module --nounzip /boot/module%u module%u\n", i, i);
        fprintf(menu, "}\n");
        if (fclose(menu))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", work, strerror(errno));
        status = run_quietly(rescue);
        if (status)
                ab_die(AB_EXIT_ERROR,
                       "%s: grub-mkrescue failed with status %d: install "
                       "grub-pc-bin, grub-common, xorriso and mtools",
                       iso, status);
        return iso;
}

/* QEMU's multiboot module list uses commas; a comma in a name is doubled. */
static void qemu_words(struct words *words, const struct run_options *options,
                       const struct run_images *images, const char *control)
{
        const char **extra;
        unsigned i;

        add(words, "qemu-system-i386");
        add(words, "-accel");
        add(words, "tcg");
        add(words, "-M");
        add(words, "%s", options->machine);
        add(words, "-cpu");
        add(words, "%s", options->cpu ? options->cpu : images->cpu ? images->cpu : "pentium3");
        add(words, "-m");
        add(words, "%u", images->machine_mb);
        add(words, "-rtc");
        add(words, "base=2020-01-01,clock=vm");
        if (options->icount) {
                add(words, "-icount");
                add(words, "shift=0,sleep=off");
        }
        if (options->iso) {
                add(words, "-boot");
                add(words, "d");
                add(words, "-cdrom");
                add(words, "%s", make_iso(options, images));
        } else {
                add(words, "-kernel");
                add(words, "%s", images->boot);
                if (images->modules) {
                        char *list = ab_strdup(images->module[0]);

                        for (i = 1; i < images->modules; i++)
                                list = ab_format("%s,%s", list, images->module[i]);
                        add(words, "-initrd");
                        add(words, "%s", list);
                }
                add(words, "-append");
                add(words, "%s", images->command_line);
        }
        if (images->debug_exit) {
                add(words, "-device");
                add(words, "isa-debug-exit,iobase=0xf4,iosize=4");
        }
        add(words, "-display");
        add(words, "none");
        add(words, "-no-reboot");
        add(words, "-net");
        add(words, "none");
        add(words, "-monitor");
        add(words, "none");
        add(words, "-chardev");
        add(words, "stdio,id=console,signal=off");
        add(words, "-serial");
        add(words, "chardev:console");
        add(words, "-serial");
        add(words, "file:%s", control);
        for (extra = options->extra; *extra; extra++)
                add(words, "%s", *extra);
}

static void bochs_words(struct words *words, const struct run_options *options,
                        const struct run_images *images, const char *console, const char *control)
{
        char *settings = ab_format("%s/bochsrc", work_folder());
        char *script = ab_format("%s/bochs.rc", work_folder());
        char *iso = make_iso(options, images);
        const char **extra;
        FILE *f = fopen(settings, "w");

        if (!f)
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", settings, strerror(errno));
        fprintf(f,
                "plugin_ctrl: unmapped=0, biosdev=1, speaker=0, extfpuirq=0, parallel=0\n"
                "display_library: term\n"
                "megs: %u\n"
                "cpu: model=%s, count=1, ips=50000000, reset_on_triple_fault=0\n"
                "romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
                "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
                "clock: sync=none, time0=1577836800\n"
                "boot: cdrom\n"
                "ata0-master: type=cdrom, path=\"%s\", status=inserted\n"
                "com1: enabled=1, mode=term, dev=%s\n"
                "com2: enabled=1, mode=file, dev=%s\n"
                "log: %s/bochs.log\n"
                "panic: action=fatal\n",
                images->machine_mb, options->cpu ? options->cpu : "p3_katmai", iso, console,
                control, work_folder());
        if (fclose(f))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", settings, strerror(errno));
        /* Debian's bochs has its debugger compiled in and waits for "c". */
        f = fopen(script, "w");
        if (!f || fputs("c\n", f) < 0 || fclose(f))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", script, strerror(errno));
        add(words, "bochs");
        add(words, "-q");
        add(words, "-f");
        add(words, "%s", settings);
        add(words, "-rc");
        add(words, "%s", script);
        for (extra = options->extra; *extra; extra++)
                add(words, "%s", *extra);
}

static void show(const struct words *words)
{
        unsigned i;

        for (i = 0; i < words->count; i++) {
                const char *w = words->word[i];

                if (*w && strspn(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "-_=./:,+%") == strlen(w)) {
                        printf("%s%s", i ? " " : "", w);
                        continue;
                }
                printf("%s'", i ? " " : "");
                for (; *w; w++)
                        if (*w == '\'')
                                fputs("'\\''", stdout);
                        else
                                putchar(*w);
                putchar('\'');
        }
        putchar('\n');
}

static int pipe_end(int ends[2])
{
        if (pipe(ends))
                ab_die(AB_EXIT_ERROR, "no pipe: %s: close some files", strerror(errno));
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        return ends[0];
}

int run_start(struct run_lines *lines, const struct run_options *options,
              const struct run_images *images)
{
        bool bochs = !strcmp(options->emulator, "bochs");
        struct words words = {.count = 0};
        int control[2], in[2], out[2], terminal = -1, serial = -1, report[2], error = 0;
        char serial_name[64] = "CONSOLE";
        struct termios raw;
        pid_t child;

        lines->control = pipe_end(control);
        if (bochs) {
                /* A pseudo-terminal is the serial line, a second one bochs' display. */
                if (openpty(&lines->console_out, &serial, serial_name, NULL, NULL))
                        ab_die(AB_EXIT_ERROR, "no pseudo-terminal: %s: mount /dev/pts",
                               strerror(errno));
                tcgetattr(serial, &raw);
                cfmakeraw(&raw);
                tcsetattr(serial, TCSANOW, &raw);
                fcntl(lines->console_out, F_SETFD, FD_CLOEXEC);
                lines->console_in = dup(lines->console_out);
                fcntl(lines->console_in, F_SETFD, FD_CLOEXEC);
                bochs_words(&words, options, images, serial_name,
                            ab_format("/proc/self/fd/%d", control[1]));
        } else {
                lines->console_out = pipe_end(out);
                if (pipe(in))
                        ab_die(AB_EXIT_ERROR, "no pipe: %s: close some files", strerror(errno));
                lines->console_in = in[1];
                fcntl(in[1], F_SETFD, FD_CLOEXEC);
                qemu_words(&words, options, images, ab_format("/proc/self/fd/%d", control[1]));
        }
        if (options->dry_run) {
                show(&words);
                exit(AB_EXIT_OK);
        }
        /* The child reports a failed exec here; success closes the pipe. */
        pipe_end(report);
        fcntl(report[1], F_SETFD, FD_CLOEXEC);
        child = bochs ? forkpty(&terminal, NULL, NULL, NULL) : fork();
        if (child < 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be started: %s", words.word[0], strerror(errno));
        if (!child) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (bochs) {
                        setenv("TERM", "xterm", 1);
                } else {
                        setpgid(0, 0);
                        dup2(in[0], 0);
                        dup2(out[1], 1);
                }
                execvp(words.word[0], words.word);
                error = errno;
                if (write(report[1], &error, sizeof error) < 0)
                        error = 0;
                _exit(127);
        }
        close(report[1]);
        if (read(report[0], &error, sizeof error) > 0)
                ab_die(AB_EXIT_ERROR, "%s: cannot be started: %s: install the Debian package %s",
                       words.word[0], strerror(error), bochs ? "bochs" : "qemu-system-x86");
        close(report[0]);
        close(control[1]);
        if (!bochs) {
                close(in[0]);
                close(out[1]);
        }
        lines->display = terminal;
        return child;
}
