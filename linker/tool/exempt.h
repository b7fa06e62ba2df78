/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Written exemptions: places where a sensitive encoding may stand without a
 * record, each with its reason.  A file holds lines
 *
 *      SYMBOL BYTES REASON ...
 *
 * and comments that begin with '#'.  No wildcards: SYMBOL is one symbol's name,
 * BYTES how many bytes from it on are meant.
 */
#ifndef AFTERBURN_TOOL_EXEMPT_H
#define AFTERBURN_TOOL_EXEMPT_H

#include "records/image.h"

struct ab_exemption {
        char *symbol;
        uint32_t bytes;
        char *reason;
        uint32_t address; /* valid with `found' */
        bool found;       /* the image has the symbol */
        unsigned sites;   /* encodings it covered */
        unsigned line;
};

struct ab_exemptions {
        char *path;  /* NULL: no file applies */
        bool chosen; /* named by the user, not by the kernel's version */
        struct ab_exemption *list;
        unsigned count;
};

/*
 * Read `path', or, when it is NULL, the shipped file whose name is the longest
 * that the image's kernel version begins with (linux-6.1.conf).  Ends the
 * program when a named file cannot be read or a line is wrong.
 */
void ab_exemptions_read(struct ab_exemptions *exemptions, const struct ab_image *image,
                        const char *path);
void ab_exemptions_free(struct ab_exemptions *exemptions);

/* Exemption that covers `address', or NULL. */
struct ab_exemption *ab_exemptions_at(const struct ab_exemptions *exemptions, uint32_t address);

#endif
