/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assembler's idea of where it is: the current section, the one before,
 * the stack of .pushsection.  Only what decides about annotation is kept.
 */
#ifndef AFTERBURN_AS_SECTION_H
#define AFTERBURN_AS_SECTION_H

#include <stdbool.h>

#include "as/words.h"

struct section {
        bool annotate;          /* executable, and its code runs where it stands */
        bool grouped;           /* in a section group: its records belong to it, too */
};

#define SECTION_DEPTH 64

struct sections {
        struct section current, previous;
        struct { struct section current, previous; } stack[SECTION_DEPTH];
        unsigned depth;
};

void sections_init(struct sections *sections);

/* Follow a section directive; `operands' is its plain text. */
void sections_follow(struct sections *sections, enum directive directive, const char *operands);

#endif
