/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adjustments: everything `afterburn make' does to a build that the tree did
 * not ask for, each with its reason.  The lists are overlay/adjustments.def
 * (files, configuration) and cures.def (flags).
 */
#ifndef AFTERBURN_DRIVER_ADJUST_H
#define AFTERBURN_DRIVER_ADJUST_H

#include <stdbool.h>

#include "driver/tree.h"

struct edit {
        const char *id;
        int first, last; /* LINUX() */
        const char *file;
        const char *from, *to;
        const char *reason;
};

struct option {
        const char *id;
        int first, last;
        const char *name;
        const char *value; /* "y", "n" or a literal */
        const char *reason;
};

extern const struct edit edits[];
extern const unsigned edit_count;
extern const struct option options[];
extern const unsigned option_count;

/* Whether an edit finds its text in this tree; whether the tree knows an option. */
bool edit_applies(const struct edit *edit, const struct tree *tree);
bool option_applies(const struct option *option, const struct tree *tree);

/*
 * Text of `file' of the tree with all its edits done; NULL when none applies.
 * The caller frees it.
 */
char *edited_text(const struct tree *tree, const char *file);

/* Print every adjustment with its reason: those for `tree', or all when NULL. */
void explain(const struct tree *tree);

#endif
