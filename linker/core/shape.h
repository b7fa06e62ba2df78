/* SPDX-License-Identifier: BSD-2-Clause */
/* From one checked site to the code that will stand there. */
#ifndef AB_SHAPE_H
#define AB_SHAPE_H

#include "bind.h"
#include "decode.h"

/*
 * Room for the longest code any site is bound to, an access notice and its instruction,
 * rounded up.
 */
#define AB_CODE_MAX 24

_Static_assert(AB_CODE_MAX >= AB_NEED_ACCESS + AB_INSN_MAX, "room for an access notice");

struct ab_code {
        uint16_t vector;
        uint8_t shape; /* enum ab_shape */
        uint8_t length;
        uint8_t bytes[AB_CODE_MAX];
};

/* How the instruction behind a sti, and so the sti, must be treated. */
enum ab_shadow {
        AB_SHADOW_NONE,  /* not in a shadow; of a sti: deliver at once */
        AB_SHADOW_STEP,  /* of a sti: the next instruction can be copied */
        AB_SHADOW_DEFER, /* of a sti: the next site delivers */
        AB_SHADOW_IN,    /* this site follows a sti: it must be a call */
};

/*
 * Code for the site of @record, whose instruction @insn stands at @bytes.
 * Writes nothing but *@code.  AB_BIND_OK, or why the form cannot be bound.
 */
enum ab_bind_error ab_shape(const struct ab_record *record, const uint8_t *bytes,
                            const struct ab_insn *insn, enum ab_shadow shadow,
                            const struct ab_wedge *wedge, struct ab_code *code);

#endif
