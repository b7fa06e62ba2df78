/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said on the control line, and whose word counts for what.
 *
 * The guest's init says when the command starts ("afterburn ready") and how it ended ("afterburn
 * exit STATUS TICKS"); its wedge, that it makes no progress ("afterburn stuck TEXT", "afterburn
 * stuck" when it goes on).  What stopped a guest ("afterburn error TEXT") is said by the loader or
 * the resource monitor, and by L4, or that monitor of itself, when it stops; how often the guest
 * entered L4 ("entries"), asked the monitor ("requests"), how many threads it took ("threads") and
 * how long it stood in line ("waited"), by the monitor.
 *
 * On the bare machine all of it is the guest's own.  On L4 the monitor puts before each line who
 * speaks (afterburn/vm.h), and a guest is believed about itself only, and that once.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "run.h"

enum speaker { BY_GUEST = 1, BY_MONITOR = 2, BY_L4 = 4 };

static void set_text(char *to, size_t bytes, const char *text)
{
        snprintf(to, bytes, "%.*s", (int)strcspn(text, "\r\n"), text);
}

/* "NAME: ", where there are several. */
static int name_width(const struct run_reports *reports, const struct run_report *guest)
{
        return reports->count > 1 ? (int)strlen(guest->name) : 0;
}

static void guest_ended(struct run_reports *reports, struct run_report *guest, int status)
{
        guest->ended = true;
        guest->status = status;
        reports->ended++;
}

static void ended(struct run_reports *reports, struct run_report *guest, const char *rest)
{
        unsigned long long ticks = 0;
        unsigned long status;

        if (guest->ended || sscanf(rest, "%lu %llu", &status, &ticks) < 1)
                return;
        reports->ticks += ticks;
        guest_ended(reports, guest, status <= RUN_WORST ? (int)status : RUN_WORST);
}

static void error(struct run_reports *reports, struct run_report *guest, const char *rest)
{
        if (!guest) {
                set_text(reports->stopped, sizeof reports->stopped, rest);
        } else if (!guest->ended) {
                if (guest->panicked && !strcmp(rest, AB_VM_NO_REPORT))
                        rest = RUN_PANICKED;
                set_text(guest->error, sizeof guest->error, rest);
                guest_ended(reports, guest, RUN_NO_REPORT);
        }
}

static void count(unsigned long long *all, const char *rest)
{
        unsigned long long counted;

        if (sscanf(rest, "%llu", &counted) == 1)
                *all += counted;
}

/* What its wedge counted, and the resource monitor. */
static void waited(const struct run_reports *reports, const struct run_report *guest,
                   const char *rest)
{
        unsigned long long by_wedge, by_monitor;
        int width = name_width(reports, guest);

        if (sscanf(rest, "%llu %llu", &by_wedge, &by_monitor) == 2)
                fprintf(stderr,
                        "afterburn run: %.*s%swaited %llu us for the processor, by its own clock "
                        "%llu us\n",
                        width, guest->name, width ? ": " : "", by_monitor, by_wedge);
}

enum word { READY, EXIT, STUCK, ERROR, ENTRIES, REQUESTS, THREADS, WAITED, WORDS };
static const struct {
        const char *text;
        unsigned by;
} words[WORDS] = {
    [READY] = {"ready", BY_GUEST},       [EXIT] = {"exit", BY_GUEST},
    [STUCK] = {"stuck", BY_GUEST},       [ERROR] = {"error", BY_MONITOR | BY_L4},
    [ENTRIES] = {"entries", BY_MONITOR}, [REQUESTS] = {"requests", BY_MONITOR},
    [THREADS] = {"threads", BY_MONITOR}, [WAITED] = {"waited", BY_MONITOR},
};

/* Behind @word and a space, or the end; NULL: the line does not begin with it. */
static const char *behind(const char *line, const char *word)
{
        size_t n = strlen(word);

        if (strncmp(line, word, n) || (line[n] && line[n] != ' '))
                return NULL;
        return line + n + (line[n] == ' ');
}

/* Who speaks; moves @line behind it.  0: nobody that is known. */
static unsigned speaker(struct run_reports *reports, struct run_report **guest, const char **line)
{
        const char *said = behind(*line, "vm"), *told = behind(*line, "monitor");
        const char *name = said ? said : told, *rest;
        unsigned i;

        *guest = NULL;
        if (!reports->several_speak) {
                *guest = &reports->guest[0];
                return BY_GUEST | BY_MONITOR;
        }
        if (!name)
                return BY_L4;
        for (i = 0; i < reports->count; i++) {
                rest = behind(name, reports->guest[i].name);
                if (!rest)
                        continue;
                *guest = &reports->guest[i];
                *line = rest;
                return said ? BY_GUEST : BY_MONITOR;
        }
        return 0;
}

void run_reports_begin(struct run_reports *reports, const struct run_options *options)
{
        unsigned i;

        *reports = (struct run_reports){.count = options->guests ? options->guests : 1,
                                        .several_speak = options->hypervisor->kernel != NULL};
        reports->guest[0].name = RUN_ONLY_GUEST;
        for (i = 0; i < options->guests; i++)
                reports->guest[i].name = options->guest[i].name;
}

static void take(struct run_reports *reports, struct run_report *guest, enum word word,
                 const char *rest)
{
        switch (word) {
        case READY:
                reports->ready = true;
                break;
        case EXIT:
                ended(reports, guest, rest);
                break;
        case STUCK:
                set_text(guest->stuck, sizeof guest->stuck, rest);
                break;
        case ERROR:
                error(reports, guest, rest);
                break;
        case ENTRIES:
                count(&reports->entries, rest);
                break;
        case REQUESTS:
                count(&reports->requests, rest);
                break;
        case THREADS:
                count(&reports->threads, rest);
                break;
        case WAITED:
                waited(reports, guest, rest);
                break;
        case WORDS:
                break;
        }
}

void run_reports_line(struct run_reports *reports, const char *line)
{
        struct run_report *guest;
        unsigned by = speaker(reports, &guest, &line);
        const char *rest;
        enum word word;

        line = behind(line, "afterburn");
        for (word = READY; line && word < WORDS; word++) {
                rest = behind(line, words[word].text);
                if (rest && words[word].by & by)
                        take(reports, guest, word, rest);
        }
}

struct run_report *run_report_at(struct run_reports *reports, const char *console_line)
{
        size_t length;
        unsigned i;

        if (reports->count == 1)
                return &reports->guest[0];
        for (i = 0; i < reports->count; i++) {
                length = strlen(reports->guest[i].name);
                if (!strncmp(console_line, reports->guest[i].name, length) &&
                    !strncmp(console_line + length, ": ", 2))
                        return &reports->guest[i];
        }
        return NULL;
}

int run_worst_status(const struct run_reports *reports)
{
        int worst = 0;
        unsigned i;

        for (i = 0; i < reports->count; i++)
                if (reports->guest[i].ended && reports->guest[i].status > worst)
                        worst = reports->guest[i].status;
        return worst;
}

const char *run_failure(const struct run_reports *reports, char *text, size_t bytes)
{
        unsigned i;

        for (i = 0; i < reports->count; i++) {
                const struct run_report *guest = &reports->guest[i];
                int width = name_width(reports, guest);

                if (!guest->ended || !guest->status)
                        continue;
                snprintf(text, bytes, "%.*s%s%s", width, guest->name, width ? ": " : "",
                         guest->error[0] ? guest->error : "failed");
                return text;
        }
        return NULL;
}

const char *run_hindrance(const struct run_reports *reports, char *text, size_t bytes)
{
        unsigned i;

        for (i = 0; i < reports->count; i++) {
                const struct run_report *guest = &reports->guest[i];
                int width = name_width(reports, guest);

                if (guest->ended || (!guest->stuck[0] && !guest->panicked))
                        continue;
                snprintf(text, bytes, "%.*s%s%s%s", width, guest->name, width ? ": " : "",
                         guest->panicked ? RUN_PANICKED : "it ran with ",
                         guest->panicked ? "" : guest->stuck);
                return text;
        }
        return NULL;
}
