/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "as/section.h"

#include <string.h>

#include "host/diag.h"

/* Sections of this text by name: a later mention needs no flags. */
static struct {
        char *name;
        struct section section;
} *known;
static unsigned known_count, known_room;

static bool begins(const char *text, size_t length, const char *with)
{
        size_t n = strlen(with);

        return length >= n && !strncmp(text, with, n);
}

/* The name alone: gas knows these as executable. */
static bool executable_by_name(const char *name, size_t length)
{
        static const char *const exact[] = {".text", ".init", ".fini"};

        for (unsigned i = 0; i < sizeof exact / sizeof *exact; i++)
                if (strlen(exact[i]) == length && !strncmp(name, exact[i], length))
                        return true;
        return begins(name, length, ".text.") || begins(name, length, ".gnu.linkonce.t.");
}

/*
 * Executable sections whose code does not run where it stands: replacements
 * are copied over their originals, discarded sections are not linked.
 */
static bool set_aside(const char *name, size_t length)
{
        return begins(name, length, ".altinstr_replacement") || begins(name, length, ".discard");
}

static struct section lookup(const char *operands)
{
        const char *name = operands, *flags;
        size_t length;
        struct section section = {false, false};

        if (*name == '"') {
                name++;
                length = strcspn(name, "\"");
                flags = name + length + (name[length] == '"');
        } else {
                length = strcspn(name, " ,");
                flags = name + length;
        }
        flags = strchr(flags, ',');
        if (flags) {
                flags++;
                flags += strspn(flags, " ");
        }
        if (flags && *flags == '"') {
                const char *end;

                flags++;
                end = strchr(flags, '"');
                if (!end)
                        end = flags + strlen(flags);
                section.annotate = memchr(flags, 'x', (size_t)(end - flags)) != NULL;
                section.grouped = memchr(flags, 'g', (size_t)(end - flags)) != NULL ||
                                  memchr(flags, '?', (size_t)(end - flags)) != NULL;
                /* "ax" and then "a": gas keeps the flags of the first mention */
        } else {
                for (unsigned i = 0; i < known_count; i++)
                        if (strlen(known[i].name) == length &&
                            !strncmp(known[i].name, name, length))
                                return known[i].section;
                section.annotate = executable_by_name(name, length);
        }
        if (set_aside(name, length))
                section.annotate = false;
        if (known_count == known_room) {
                known_room = known_room ? 2 * known_room : 16;
                known = ab_realloc(known, known_room * sizeof *known);
        }
        known[known_count].name = ab_format("%.*s", (int)length, name);
        known[known_count++].section = section;
        return section;
}

void sections_init(struct sections *sections)
{
        memset(sections, 0, sizeof *sections);
        sections->current = sections->previous = (struct section){true, false};
}

static void enter(struct sections *s, struct section section)
{
        s->previous = s->current;
        s->current = section;
}

void sections_follow(struct sections *s, enum directive directive, const char *operands)
{
        struct section swap;

        switch (directive) {
        case D_TEXT: enter(s, (struct section){true, false}); break;
        case D_DATA:
        case D_BSS: enter(s, (struct section){false, false}); break;
        case D_SECTION: enter(s, lookup(operands)); break;
        case D_PUSHSECTION:
                if (s->depth < SECTION_DEPTH) {
                        s->stack[s->depth].current = s->current;
                        s->stack[s->depth].previous = s->previous;
                }
                s->depth++;
                enter(s, lookup(operands));
                break;
        case D_POPSECTION:
                if (s->depth && --s->depth < SECTION_DEPTH) {
                        s->current = s->stack[s->depth].current;
                        s->previous = s->stack[s->depth].previous;
                }
                break;
        case D_SUBSECTION: s->previous = s->current; break;
        case D_PREVIOUS:
                swap = s->current;
                s->current = s->previous;
                s->previous = swap;
                break;
        default: break;
        }
}
