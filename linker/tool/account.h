/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit's account: every sensitive encoding of an image on one side, every
 * record on the other, and what explains each.
 */
#ifndef AFTERBURN_TOOL_ACCOUNT_H
#define AFTERBURN_TOOL_ACCOUNT_H

#include <afterburn/bound.h>

#include "records/image.h"
#include "tool/alternatives.h"
#include "tool/bound.h"
#include "tool/decode.h"
#include "tool/exempt.h"

/* What the audit objects to.  The word is part of the JSON output. */
enum ab_finding_kind {
        AB_FINDING_UNEXPLAINED, /* sensitive encoding nobody accounts for */
        AB_FINDING_UNDECODABLE, /* bytes in code that are no instruction */
        AB_FINDING_RECORD,      /* record that contradicts the bytes or itself */
        AB_FINDING_EXEMPTION,   /* exemption that matches nothing */
        AB_FINDING_TABLE,       /* alternatives table in no known format */
};

struct ab_finding {
        enum ab_finding_kind kind;
        uint32_t address;
        const struct ab_row *row; /* NULL where no class is concerned */
        uint8_t bytes[16];
        unsigned count; /* of bytes; all of them for undecodable runs */
        char *text;
};

struct ab_tally {
        unsigned sites, annotated, exempted, gated, native, unexplained;
};

struct ab_account {
        const struct ab_image *image;
        struct ab_alternatives alternatives;
        struct ab_exemptions exemptions;
        struct ab_tally tally[AB_CLASS_LIMIT];
        struct ab_tally total;
        unsigned kinds[AB_KIND_HOOK + 1]; /* annotated sites by kind */
        unsigned instructions;
        uint32_t code_bytes;
        unsigned bug_data;                        /* BUG() operands behind ud2 */
        const struct ab_wedge_description *bound; /* for whom it was bound; NULL: it is not */
        unsigned bound_kinds[AB_BOUND_CALL + 1];  /* what its sites became */
        struct ab_finding *findings;
        unsigned finding_count;
};

/*
 * Audit `image'.  `exemptions' is a file or NULL for the shipped one.  Ends the
 * program only for what ab_exemptions_read() ends it.
 */
void ab_account_make(struct ab_account *account, const struct ab_image *image,
                     const char *exemptions);
void ab_account_free(struct ab_account *account);

/* Note one finding; `text' is copied. */
void ab_account_add(struct ab_account *account, enum ab_finding_kind kind, uint32_t address,
                    const struct ab_row *row, const uint8_t *bytes, unsigned count,
                    const char *format, ...) __attribute__((format(printf, 7, 8)));

/*
 * Compare one record with the bytes of its site; every disagreement becomes a
 * finding.  The site must be readable.
 */
void ab_account_site(struct ab_account *account, struct ab_decoder *decoder,
                     const struct ab_record *record);

/*
 * The same for a site of an image bound ahead of time: what stands there must be bound code of
 * account->bound for the record's class, or have a reason to be native.  Returns whether
 * execution goes on behind the site.
 */
enum ab_flow ab_account_bound_site(struct ab_account *account, struct ab_decoder *decoder,
                                   const struct ab_record *record);

/*
 * Bytes of BUG() data behind the ud2 that ends at `address': 0 when there are
 * none.  Proved by what the pointer in them points at.
 */
unsigned ab_bug_data_bytes(const struct ab_image *image, uint32_t address);

#endif
