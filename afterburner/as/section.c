/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "as/section.h"

#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

struct named_section {
        char *name;
        struct section section;
};

/* Identities of the sections that have directives of their own. */
enum { ID_TEXT = 1, ID_DATA, ID_BSS, ID_NAMED = 16 };

/* Subsections of one section are different places. */
#define ID_SUBSECTION 4096u

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

static struct section lookup(struct section_names *names, const char *operands)
{
        const char *name = operands, *flags;
        size_t length;
        struct section section = {0};

        if (*name == '"') {
                name++;
                length = strcspn(name, "\"");
                flags = name + length + (name[length] == '"');
        } else {
                length = strcspn(name, " ,");
                flags = name + length;
        }
        /* gas keeps the flags of the first mention */
        for (unsigned i = 0; i < names->count; i++)
                if (strlen(names->entry[i].name) == length &&
                    !strncmp(names->entry[i].name, name, length))
                        return names->entry[i].section;
        flags = strchr(flags, '"');
        if (flags) {
                size_t n = strcspn(++flags, "\"");

                section.annotate = memchr(flags, 'x', n) != NULL;
                section.grouped = memchr(flags, 'g', n) != NULL || memchr(flags, '?', n) != NULL;
        } else {
                section.annotate = executable_by_name(name, length);
        }
        if (set_aside(name, length)) {
                section.replacement = section.annotate && begins(name, length, ".altinstr");
                section.annotate = false;
        }
        section.id = length == 5 && !strncmp(name, ".text", 5) ? ID_TEXT : ID_NAMED + names->count;
        if (names->count == names->room) {
                names->room = names->room ? 2 * names->room : 16;
                names->entry = ab_realloc(names->entry, names->room * sizeof *names->entry);
        }
        names->entry[names->count].name = ab_format("%.*s", (int)length, name);
        names->entry[names->count++].section = section;
        return section;
}

void sections_init(struct sections *sections, struct section_names *names)
{
        memset(sections, 0, sizeof *sections);
        sections->names = names;
        sections->current = sections->previous = (struct section){.annotate = true, .id = ID_TEXT};
}

/* The subsection of `section' that `number' names. */
static struct section subsection(struct section section, const char *number)
{
        section.id = section.id % ID_SUBSECTION;
        if (*number)
                section.id += ID_SUBSECTION * (unsigned)strtoul(number, NULL, 0);
        return section;
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
        case D_TEXT:
                enter(s, subsection((struct section){.annotate = true, .id = ID_TEXT}, operands));
                break;
        case D_DATA:
                enter(s, (struct section){.id = ID_DATA});
                break;
        case D_BSS:
                enter(s, (struct section){.id = ID_BSS});
                break;
        case D_SECTION:
                enter(s, lookup(s->names, operands));
                break;
        case D_PUSHSECTION:
                if (s->depth < SECTION_DEPTH) {
                        s->stack[s->depth].current = s->current;
                        s->stack[s->depth].previous = s->previous;
                }
                s->depth++;
                enter(s, lookup(s->names, operands));
                break;
        case D_POPSECTION:
                if (s->depth && --s->depth < SECTION_DEPTH) {
                        s->current = s->stack[s->depth].current;
                        s->previous = s->stack[s->depth].previous;
                }
                break;
        case D_SUBSECTION:
                enter(s, subsection(s->current, operands));
                break;
        case D_PREVIOUS:
                swap = s->current;
                s->current = s->previous;
                s->previous = swap;
                break;
        default:
                break;
        }
}

void section_names_free(struct section_names *names)
{
        for (unsigned i = 0; i < names->count; i++)
                free(names->entry[i].name);
        free(names->entry);
        memset(names, 0, sizeof *names);
}
