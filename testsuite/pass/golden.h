/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Assembling the golden test's lines, plainly and through the pass. */
#ifndef AFTERBURN_TESTSUITE_GOLDEN_H
#define AFTERBURN_TESTSUITE_GOLDEN_H

#include <stdbool.h>
#include <stdint.h>

#include <afterburn/record.h>

#include "as/words.h"

/* One statement under test. */
struct line {
        const struct word *word;
        const char *prefix, *form;
        bool intel;
        bool failed, sensitive;
        bool nops; /* NOPs where the table says prefixes */
        uint8_t class_id;
        uint32_t plain_start, plain_end; /* in the plain object's .text */
        uint32_t start, end;             /* in the other's */
};

struct object {
        uint8_t *text;
        struct ab_record *record;
        unsigned records;
};

/* Every statement to test.  The list lives until the program ends. */
struct line *golden_lines(unsigned *count);

/* Keep the lines that plain gas accepts; returns their number. */
unsigned golden_filter(struct line *lines, unsigned count, const char *directory);

/*
 * Assemble the lines and note where each begins and ends.  `padding' NULL:
 * plainly; else through the pass with --padding=`padding'.
 */
void golden_assemble(struct line *lines, unsigned count, const char *directory, const char *padding,
                     struct object *object);

#endif
