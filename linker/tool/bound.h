/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AFTERBURN_TOOL_BOUND_H
#define AFTERBURN_TOOL_BOUND_H

#include <stdio.h>

#include <afterburn/bound.h>

#include "records/image.h"
#include "tool/decode.h"

enum ab_bound_kind { AB_BOUND_NATIVE, AB_BOUND_INLINE, AB_BOUND_CALL };

/* What a site became. */
struct ab_bound_code {
        enum ab_bound_kind kind;
        uint32_t vector;     /* of a call; AB_VECTORS added where flags are dead */
        unsigned code_bytes; /* without the NOPs that fill up */
};

/*
 * The mark of an image bound ahead of time, NULL where it is not bound.  Ends the program where
 * the mark is damaged.
 */
const struct ab_wedge_description *ab_bound_mark(const struct ab_image *image);

/* Decode the instruction @at bytes into the site; returns its length, 0 at the site's end. */
unsigned ab_bound_step(struct ab_decoder *decoder, const struct ab_record *record,
                       const uint8_t *code, unsigned at, struct ab_mc_insn *insn);

/* Read back what stands at the site of @record, whose bytes are @code. */
struct ab_bound_code ab_bound_look(struct ab_decoder *decoder, const struct ab_wedge *wedge,
                                   const struct ab_record *record, const uint8_t *code);

/*
 * Print what stands at every site of an image bound ahead of time: place, class, inline code
 * or call, bytes left over, and the code; then the sums by class.  Ends the program where
 * the image is not bound.
 */
void ab_bound_print(const struct ab_image *image, FILE *out);

#endif
