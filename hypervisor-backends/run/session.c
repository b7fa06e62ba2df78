/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the machine's start to its end.  The guest's first serial line is the console, which is
 * shown and, but for the marks below, not believed: every program can write there.  On the second
 * one guests, monitor and hypervisor tell how it goes (reports.c).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "host/diag.h"
#include "run.h"

static const double PATIENCE = 60; /* seconds from the report to the reset: hosts may be busy */
static const char panic_mark[] = "Kernel panic";
/*
 * With --quiet init puts these on the console, too: however late we read, what stands between
 * them is the command's.  A sample kernel says nothing after its report, and needs the first only.
 */
enum mark { MARK_READY, MARK_EXIT, MARKS };
static const char *const marks[MARKS] = {"\026afterburn ready\026", "\026afterburn exit\026"};

static volatile sig_atomic_t stopped_by;
static struct termios saved_terminal;
static bool terminal_changed;

struct session {
        const struct run_options *options;
        const struct run_images *images;
        const struct run_lines *lines;
        struct run_reports reports;
        FILE *log;
        bool plain; /* standard output is no terminal: carriage returns go */
        bool held_return;
        bool ready; /* the command runs */
        bool input_open, escape;
        char line[512]; /* control channel, up to the newline */
        size_t line_bytes;
        size_t matched; /* of panic_mark */
        enum mark mark;
        size_t marked;   /* of that */
        unsigned silent; /* guests of which nothing more is shown with --quiet */
        char begin[120]; /* of the console's line; of several guests: whose it is */
        unsigned column;
};

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void on_signal(int number)
{
        stopped_by = number;
}

static void restore_terminal(void)
{
        if (terminal_changed)
                tcsetattr(0, TCSANOW, &saved_terminal);
        terminal_changed = false;
}

/* The guest echoes and edits; Ctrl-A x ends the machine. */
static void take_terminal(void)
{
        struct termios raw;

        if (!isatty(0) || tcgetattr(0, &saved_terminal))
                return;
        raw = saved_terminal;
        cfmakeraw(&raw);
        raw.c_oflag |= OPOST;
        if (!tcsetattr(0, TCSANOW, &raw)) {
                terminal_changed = true;
                atexit(restore_terminal);
        }
}

static bool is_over(const struct session *session)
{
        return session->reports.ended == session->reports.count;
}

static void emit(struct session *session, char c)
{
        if (session->options->quiet &&
            (!session->ready || is_over(session) || session->silent == session->reports.count))
                return;
        if (session->log)
                fputc(c, session->log);
        if (c == '\n' && !session->plain)
                putchar('\r');
        putchar(c);
}

/*
 * One character of the console that is not part of the mark.  Old kernels write a return behind
 * each line's end, too, where it says nothing.
 */
static void show_one(struct session *session, char c)
{
        if (c == '\r' && !session->column)
                return;
        session->matched =
            c == panic_mark[session->matched] ? session->matched + 1 : c == panic_mark[0];
        if (!panic_mark[session->matched]) {
                struct run_report *guest = run_report_at(&session->reports, session->begin);

                /* A program can print that, too: it explains an end, and is none. */
                if (guest)
                        guest->panicked = true;
                session->matched = 0;
        }
        if (c == '\n')
                memset(session->begin, 0, sizeof session->begin);
        session->column = c == '\n' ? 0 : session->column + 1;
        if (session->column && session->column < sizeof session->begin)
                session->begin[session->column - 1] = c;
        if (session->held_return && c != '\n')
                emit(session, '\r');
        session->held_return = c == '\r';
        if (!session->held_return)
                emit(session, c);
}

/* The mark that what is held back and @c begin; MARKS: none. */
static enum mark mark_with(const struct session *session, char c)
{
        enum mark mark;

        for (mark = 0; mark < MARKS; mark++)
                if (!strncmp(marks[mark], marks[session->mark], session->marked) &&
                    marks[mark][session->marked] == c)
                        break;
        return mark;
}

/* Each guest is silent once, however often it says so. */
static void take_mark(struct session *session, enum mark mark)
{
        struct run_report *guest = run_report_at(&session->reports, session->begin);

        if (mark == MARK_READY)
                session->ready = true;
        else if (guest && !guest->silent)
                session->silent += guest->silent = true;
}

static void show(struct session *session, const char *data, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++) {
                char c = data[i];
                enum mark mark = mark_with(session, c);

                if (mark == MARKS) {
                        /* It was none after all: show what was held back. */
                        for (size_t k = 0; k < session->marked; k++)
                                show_one(session, marks[session->mark][k]);
                        session->marked = 0;
                        mark = mark_with(session, c);
                }
                if (mark == MARKS) {
                        show_one(session, c);
                        continue;
                }
                session->mark = mark;
                if (!marks[mark][++session->marked]) {
                        session->marked = 0;
                        take_mark(session, mark);
                }
        }
        fflush(stdout);
}

/* Read what is there; false at the end of the line. */
static bool console_output(struct session *session)
{
        char data[4096];
        ssize_t n = read(session->lines->console_out, data, sizeof data);

        if (n > 0)
                show(session, data, (size_t)n);
        return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static void console_drain(struct session *session)
{
        struct pollfd fd = {session->lines->console_out, POLLIN, 0};

        while (poll(&fd, 1, 0) > 0 && fd.revents & POLLIN && console_output(session))
                ;
}

/* What the console holds now is older, or marked. */
static void control_line(struct session *session, const char *line)
{
        console_drain(session);
        run_reports_line(&session->reports, line);
        session->ready |= session->reports.ready;
}

static bool control_input(struct session *session)
{
        char data[256];
        ssize_t i, n = read(session->lines->control, data, sizeof data);

        for (i = 0; i < n; i++) {
                if (data[i] == '\n') {
                        session->line[session->line_bytes] = 0;
                        control_line(session, session->line);
                        session->line_bytes = 0;
                } else if (data[i] >= ' ' && data[i] <= '~' &&
                           session->line_bytes < sizeof session->line - 1) {
                        /* What a kernel's probe of the port sends (0xff) is no text. */
                        session->line[session->line_bytes++] = data[i];
                }
        }
        return n > 0 || (n < 0 && errno == EINTR);
}

/* Pass input on; false when there is no more. */
static bool user_input(struct session *session)
{
        char data[256], out[sizeof data];
        ssize_t i, n = read(0, data, sizeof data), used = 0;

        if (n <= 0)
                return n < 0 && errno == EINTR;
        for (i = 0; i < n; i++) {
                if (terminal_changed && session->escape) {
                        session->escape = false;
                        if (data[i] == 'x') {
                                stopped_by = SIGINT;
                                return false;
                        }
                } else if (terminal_changed && data[i] == 1) {
                        session->escape = true;
                        continue;
                }
                out[used++] = data[i];
        }
        return write(session->lines->console_in, out, (size_t)used) == used;
}

static void catch_signals(void)
{
        static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
        struct sigaction action = {.sa_handler = on_signal};
        unsigned i;

        for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
                sigaction(caught[i], &action, NULL);
        signal(SIGPIPE, SIG_IGN);
}

/* Wait for the emulator, by force if needed; its wait status. */
static int reap(pid_t emulator, bool force)
{
        int status = 0;

        if (force)
                kill(emulator, SIGKILL);
        while (waitpid(emulator, &status, 0) < 0 && errno == EINTR)
                ;
        return status;
}

/* The closing line, and what the program's exit status is. */
static int conclude(const struct session *session, double seconds, bool timed_out, bool lingered,
                    int wait_status)
{
        const struct run_reports *reports = &session->reports;
        const char *result = "ok", *failure;
        char where[32], counted[64] = "", entered[128] = "", status[32] = "";
        char text[600], late[640];
        int code = RUN_NO_REPORT;

        snprintf(where, sizeof where, "%s/%s", session->options->hypervisor->name,
                 session->options->emulator);
        if (reports->entries)
                snprintf(entered, sizeof entered,
                         ", %llu hypervisor entries, %llu monitor requests, %llu threads",
                         reports->entries, reports->requests, reports->threads);
        if (session->images->debug_exit && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) >= 65)
                wait_status = 0;
        failure = run_failure(reports, text, sizeof text);
        if (reports->stopped[0]) {
                result = reports->stopped;
        } else if (reports->count == 1 && reports->guest[0].error[0]) {
                result = reports->guest[0].error;
        } else if (is_over(session)) {
                code = run_worst_status(reports);
                snprintf(status, sizeof status, ", exit status %d", code);
                /* Without it a tick is a moment: nothing has counted. */
                if (session->options->icount)
                        snprintf(counted, sizeof counted, ", %llu instructions", reports->ticks);
                else if (strcmp(session->options->emulator, "bochs"))
                        strcpy(counted, ", instructions not counted (--icount does)");
                result = lingered ? "the guest did not reset itself" : failure ? failure : "ok";
        } else if (stopped_by) {
                result = "interrupted";
                code = 128 + stopped_by;
        } else if (timed_out) {
                failure = run_hindrance(reports, text, sizeof text);
                snprintf(late, sizeof late, "time ran out%s%s", failure ? ": " : "",
                         failure ? failure : "");
                result = late;
                code = RUN_TIMEOUT;
        } else if (WIFSIGNALED(wait_status) || WEXITSTATUS(wait_status)) {
                result = "the emulator failed";
        } else if (reports->count == 1 && reports->guest[0].panicked) {
                result = RUN_PANICKED;
        } else {
                result = "the machine was reset without a report";
        }
        fflush(stdout);
        fprintf(stderr, "afterburn run: %s: %s%s, %.2f s%s%s\n", where, result, status, seconds,
                counted, entered);
        return code;
}

/* How long a machine that has said its last word may go on; 0: it has not. */
static double patience(const struct session *session, bool bochs)
{
        const struct run_reports *reports = &session->reports;

        if (reports->stopped[0] || (reports->count == 1 && reports->guest[0].error[0]))
                return 0.2;
        return is_over(session) ? bochs ? 0.2 : PATIENCE : 0;
}

int run_session(const struct run_options *options, const struct run_images *images,
                const struct run_lines *lines, int emulator)
{
        struct session session = {
            .options = options, .images = images, .lines = lines, .input_open = true};
        double begun = now(), deadline = options->timeout > 0 ? begun + options->timeout : 0;
        bool bochs = !strcmp(options->emulator, "bochs");
        double grace = 0; /* when a machine that said its last word is ended */
        bool console = true, control = true, timed_out = false, lingered = false, forced;
        double wait;
        int status;

        run_reports_begin(&session.reports, options);
        session.plain = !isatty(1);
        if (options->log && !(session.log = fopen(options->log, "w")))
                ab_die(AB_EXIT_ERROR, "%s: cannot be written: %s", options->log, strerror(errno));
        catch_signals();
        take_terminal();
        while ((console || control) && !stopped_by) {
                struct pollfd fd[4] = {
                    {console ? lines->console_out : -1, POLLIN, 0},
                    {control ? lines->control : -1, POLLIN, 0},
                    {session.ready && session.input_open ? 0 : -1, POLLIN, 0},
                    {lines->display, POLLIN, 0},
                };
                char dropped[4096];

                if (poll(fd, 4, 200) < 0 && errno != EINTR)
                        break;
                if (fd[0].revents)
                        console = console_output(&session);
                if (fd[1].revents)
                        control = control_input(&session);
                if (fd[2].revents)
                        session.input_open = user_input(&session);
                if (fd[3].revents && read(lines->display, dropped, sizeof dropped) <= 0)
                        break; /* bochs has closed its screen */
                wait = patience(&session, bochs);
                if (wait && (!grace || now() + wait < grace))
                        grace = now() + wait;
                if (grace && now() > grace) {
                        lingered = !bochs;
                        break;
                }
                if (deadline && now() > deadline) {
                        timed_out = true;
                        break;
                }
        }
        forced = console || control || stopped_by;
        status = reap(emulator, forced);
        console_drain(&session);
        restore_terminal();
        if (session.log && (ferror(session.log) | fclose(session.log)))
                ab_warn("%s: cannot be written: %s", options->log, strerror(errno));
        return conclude(&session, now() - begun, timed_out, lingered, forced ? 0 : status);
}
