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
        bool annotate;    /* executable, and its code runs where it stands */
        bool replacement; /* executable, and copied over other code */
        bool grouped;     /* in a section group: its records belong to it, too */
        unsigned id;      /* tells sections and subsections apart */
};

#define SECTION_DEPTH 64

/* Sections of this text by name: a later mention needs no flags. */
struct section_names {
        struct named_section *entry;
        unsigned count, room;
};

struct sections {
        struct section current, previous;
        struct {
                struct section current, previous;
        } stack[SECTION_DEPTH];
        unsigned depth;
        struct section_names *names;
};

/* Begin in .text, as gas does.  `names' is empty, and outlives `sections'. */
void sections_init(struct sections *sections, struct section_names *names);

/* Follow a section directive; `operands' is its plain text. */
void sections_follow(struct sections *sections, enum directive directive, const char *operands);

void section_names_free(struct section_names *names);

#endif
