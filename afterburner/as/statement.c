/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/statement.h"

#include <stdlib.h>
#include <string.h>

#include "as/effects.h"
#include "as/scan.h"
#include "host/diag.h"

#define PLAIN_BYTES 256

struct asm_line {
        const char *begin, *end; /* NULL: not an instruction */
        struct prefixes prefixes;
        struct site site;
        bool has_site;
        bool elsewhere;
        bool neutral; /* a site between two lines: a hook */
};

static struct asm_line *add(struct asm_statement *s)
{
        if (s->lines == s->room) {
                s->room = s->room ? 2 * s->room : 16;
                s->line = ab_realloc(s->line, s->room * sizeof *s->line);
        }
        memset(&s->line[s->lines], 0, sizeof *s->line);
        return &s->line[s->lines++];
}

void asm_statement_begin(struct asm_statement *s, unsigned section)
{
        s->section = section;
        s->fixups = false;
        s->open = true;
        s->lines = 0;
}

void asm_statement_line(struct asm_statement *s, const char *begin, const char *end,
                        const struct prefixes *prefixes, bool elsewhere)
{
        struct asm_line *line;

        if (!s->open)
                return;
        line = add(s);
        line->begin = begin;
        line->end = end;
        line->prefixes = *prefixes;
        line->elsewhere = elsewhere;
}

void asm_statement_site(struct asm_statement *s, const struct site *site)
{
        struct asm_line *line;

        if (!s->open)
                return;
        /* one line may hold several: alternatives of a macro parameter */
        if (site->hook || !s->lines || s->line[s->lines - 1].has_site)
                add(s)->neutral = site->hook;
        line = &s->line[s->lines - 1];
        line->site = *site;
        line->has_site = true;
}

void asm_statement_end(struct asm_statement *s, struct buffer *out, unsigned dead_gprs,
                       unsigned dead_flags, struct syntax syntax)
{
        struct effects dead = {.gprs = (uint8_t)dead_gprs, .flags = (uint8_t)dead_flags};
        bool last = true;

        if (!s->open)
                return;
        for (unsigned i = s->lines; i-- > 0;) {
                const struct asm_line *line = &s->line[i];
                char plain[PLAIN_BYTES];

                if (line->has_site && !line->elsewhere) {
                        unsigned gprs = s->fixups && line->site.may_fault ? 0 : dead.gprs;

                        emit_fix(out, &line->site, gprs, dead.flags, last);
                        last = false;
                }
                if (line->elsewhere || line->neutral)
                        continue;
                if (!line->begin || !scan_plain(line->begin, line->end, plain, sizeof plain))
                        dead = (struct effects){0, 0};
                else
                        dead = effects_before(plain, &line->prefixes, syntax, dead);
        }
        s->open = false;
}

void asm_statement_free(struct asm_statement *s)
{
        free(s->line);
        memset(s, 0, sizeof *s);
}
