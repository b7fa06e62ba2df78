/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The instruction table as the host tools want it: one struct per row, found
 * by class number or by mnemonic.
 */
#ifndef AFTERBURN_TOOL_ROWS_H
#define AFTERBURN_TOOL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <afterburn/insn.h>

enum ab_operand_shape {
        AB_SHAPE_ANY,
        AB_SHAPE_SEG_SRC,
        AB_SHAPE_SEG_DST,
        AB_SHAPE_SEG_ONE,
        AB_SHAPE_CR_SRC,
        AB_SHAPE_CR_DST,
        AB_SHAPE_DR_SRC,
        AB_SHAPE_DR_DST,
        AB_SHAPE_FAR,
};

enum ab_side { AB_SIDE_NONE, AB_SIDE_PREFIX, AB_SIDE_BEFORE, AB_SIDE_AFTER };

struct ab_row {
        enum ab_class class_id;
        char name[16];         /* lower case, as printed: "mov_to_cr" */
        const char *spellings; /* separated by blanks */
        enum ab_operand_shape shape;
        unsigned need;
        enum ab_side side;
        unsigned fault;  /* AB_FAULT_* */
        unsigned writes; /* AB_S_* */
        const char *reason;
};

extern struct ab_row ab_rows[];
extern const unsigned ab_row_count;

/* Row of a class, or NULL. */
const struct ab_row *ab_row_of_class(unsigned class_id);

/*
 * Rows that have the mnemonic word[0 .. bytes): their indices into ab_rows,
 * ended by -1; NULL when the mnemonic is in no row.
 */
const int8_t *ab_rows_spelled(const char *word, unsigned bytes);

#endif
