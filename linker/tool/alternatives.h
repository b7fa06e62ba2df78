/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linux' alternatives: instructions the kernel replaces at boot when the
 * processor has a feature.  A sensitive instruction in a replacement is safe
 * without annotation as long as the guest never selects it, so the wedge's
 * CPUID has to hide the feature.
 */
#ifndef AFTERBURN_TOOL_ALTERNATIVES_H
#define AFTERBURN_TOOL_ALTERNATIVES_H

#include "records/image.h"

struct ab_replacement {
        uint32_t address; /* of the replacement code */
        uint32_t bytes;
        uint16_t feature; /* Linux' number: word * 32 + bit */
        bool negated;     /* taken when the feature is missing */
        unsigned sites;   /* sensitive encodings the audit met in it */
};

struct ab_alternatives {
        struct ab_replacement *list; /* by address */
        unsigned count;
        const char *format; /* of the table, for people; NULL: no table */
        bool absolute;      /* format of before Linux 3.5 */
        bool unreadable;    /* there is a table and no known format fits */
};

/* Parse the .altinstructions of an image. */
void ab_alternatives_read(const struct ab_image *image, struct ab_alternatives *alternatives);
void ab_alternatives_free(struct ab_alternatives *alternatives);

/* Replacement that holds `address', or NULL. */
struct ab_replacement *ab_alternatives_at(const struct ab_alternatives *alternatives,
                                          uint32_t address);

/*
 * Whether hiding the feature keeps the replacement from being selected: false
 * for a negated one and for features Linux always sets.
 */
bool ab_replacement_can_be_hidden(const struct ab_replacement *replacement);

/* Name of a feature ("SMAP") or "", and the CPUID leaf and register it comes from or "". */
const char *ab_feature_name(const struct ab_alternatives *alternatives, unsigned feature);
const char *ab_feature_source(const struct ab_alternatives *alternatives, unsigned feature);

#endif
