/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One asm statement of the compiler, between the markers `begin' and `end':
 * which registers and flags are dead behind each of its sites.
 *
 * The plugin knows what is dead behind the last instruction.  From there the
 * lines are followed backwards: what an instruction writes without reading is
 * dead before it.  A line this file does not know makes everything live.
 */
#ifndef AFTERBURN_AS_STATEMENT_H
#define AFTERBURN_AS_STATEMENT_H

#include <stdbool.h>

#include "as/classify.h"
#include "as/emit.h"

struct asm_line;

struct asm_statement {
        bool open;
        unsigned lines, room;
        struct asm_line *line;
};

void asm_statement_begin(struct asm_statement *statement);

/* An instruction follows; its sites are reported by asm_statement_site. */
void asm_statement_line(struct asm_statement *statement, const char *begin, const char *end,
                        const struct prefixes *prefixes);

/* Something else: with `opaque', code may come or go here. */
void asm_statement_barrier(struct asm_statement *statement, bool opaque);

/* The last line became this site. */
void asm_statement_site(struct asm_statement *statement, const struct site *site);

/* The statement ends; complete the records of its sites in `out'. */
void asm_statement_end(struct asm_statement *statement, struct buffer *out, unsigned dead_gprs,
                       unsigned dead_flags, struct syntax syntax);

#endif
