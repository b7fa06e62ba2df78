/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One asm statement of the compiler, between the markers `begin' and `end':
 * which registers and flags are dead behind each of its sites.
 *
 * The plugin knows what is dead behind the last instruction.  From there the
 * lines are followed backwards: what an instruction writes without reading is
 * dead before it.  A line that is not known makes everything live; labels do
 * not matter, since only what follows a place decides what is dead there.
 * Where a fault may resume at a fixup, a site that may fault keeps all registers:
 * the fixup may read what it was called with.
 * Lines in other sections are not followed, and sites there keep nothing dead.
 */
#ifndef AFTERBURN_AS_STATEMENT_H
#define AFTERBURN_AS_STATEMENT_H

#include <stdbool.h>

#include "as/classify.h"
#include "as/emit.h"

struct asm_line;

struct asm_statement {
        bool open;
        unsigned section; /* the statement's own, struct section */
        bool fixups;      /* it has exception-table entries */
        unsigned lines, room;
        struct asm_line *line;
};

void asm_statement_begin(struct asm_statement *statement, unsigned section);

/*
 * A line [begin, end), or something whose effect nobody knows (NULL); its sites
 * follow through asm_statement_site.  With `elsewhere' it is not on the straight
 * line through the statement: another section, the body of a macro.
 */
void asm_statement_line(struct asm_statement *statement, const char *begin, const char *end,
                        const struct prefixes *prefixes, bool elsewhere);

void asm_statement_free(struct asm_statement *statement);

/* The last line became this site. */
void asm_statement_site(struct asm_statement *statement, const struct site *site);

/* The statement ends; complete the records of its sites in `out'. */
void asm_statement_end(struct asm_statement *statement, struct buffer *out, unsigned dead_gprs,
                       unsigned dead_flags, struct syntax syntax);

#endif
