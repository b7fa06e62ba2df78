/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where each site stands in the sources, for a report without debug
 * information: AB_SOURCES_SECTION of <afterburn/record.h>.
 *
 * The compiler writes before each asm statement which line it came from, the
 * preprocessor does so in assembler sources; between its marks lines are
 * counted.  The unit is the file that was compiled: its name from .file or from
 * the first line mark, its folder from the object file, which kernels put
 * beside the source.
 */
#ifndef AFTERBURN_AS_SOURCES_H
#define AFTERBURN_AS_SOURCES_H

#include <stdbool.h>

#include "as/buffer.h"

struct sources {
        const char *object; /* what is being assembled, or NULL */
        char *unit;         /* as the text names it, or NULL */
        char **file;        /* named by sites; their numbers begin at 1 */
        unsigned count;
        /* the place that is being read */
        char *path; /* NULL: not known */
        unsigned line;
        const char *counted; /* `line' is the line of this character */
        bool statement;      /* in an asm statement, all of which is one line */
        unsigned sites;      /* outside section groups */
};

/* Begin a text at `text'; `name' is its file, or NULL.  Ended by leave. */
struct sources_place {
        char *path;
        unsigned line;
        const char *counted;
        bool statement;
};
struct sources_place sources_enter(struct sources *sources, const char *name, const char *text);
void sources_leave(struct sources *sources, struct sources_place outer);

/* A comment [p, end): a line mark, #APP or #NO_APP, or nothing of interest. */
void sources_comment(struct sources *sources, const char *p, const char *end);

/* The operands of a .file directive: the text is a compiler's. */
void sources_file(struct sources *sources, const char *p, const char *end);

/*
 * Write the entry of the site at `at', whose start `label' names; `grouped' as
 * its record is.
 */
void sources_site(struct sources *sources, struct buffer *out, const char *at, const char *label,
                  bool grouped);

/*
 * Put what the entries refer to before the whole text.  A text that is not
 * `named' keeps the name gas gives to standard input.
 */
void sources_front(const struct sources *sources, bool named, struct buffer *text);

void sources_free(struct sources *sources);

#endif
