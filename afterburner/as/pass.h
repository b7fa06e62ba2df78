/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass over one assembler text: finds sites, pads and annotates them,
 * follows what the plugin's markers say, and cures what today's gas rejects.
 */
#ifndef AFTERBURN_AS_PASS_H
#define AFTERBURN_AS_PASS_H

#include <stdbool.h>

#include "as/buffer.h"

struct pass_options {
        bool off;           /* cures only */
        bool nop;           /* --padding=nop */
        bool flat;          /* --records=flat */
        bool intel, naked;  /* initial syntax */
        char **include;     /* -I folders, in order, NULL at the end */
        const char *object; /* what is being assembled, or NULL */
};

/*
 * Rewrite the concatenation of texts as gas would read it.  The state (section,
 * syntax, macros) carries over from one text to the next.
 *
 *  name        of the text, for messages; NULL for standard input
 *  text        the text; a NUL byte follows
 *  out         receives the new text, line for line the same as the old
 *
 * Returns true if anything was changed.
 */
struct pass;
struct pass *pass_new(const struct pass_options *options);
void pass_free(struct pass *pass);
bool pass_text(struct pass *pass, const char *name, const char *text, size_t length,
               struct buffer *out);

/* After the last text: put in front what all sites refer to.  `named': the first has a name. */
void pass_end(struct pass *pass, bool named, struct buffer *out);

#endif
