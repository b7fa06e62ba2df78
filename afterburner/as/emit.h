/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text around one site: labels, padding and record, all on the line of
 * the instruction.  gas itself computes the lengths, from labels that may be
 * defined again and again, so that the text also works inside macros.
 */
#ifndef AFTERBURN_AS_EMIT_H
#define AFTERBURN_AS_EMIT_H

#include <stdbool.h>

#include "as/buffer.h"
#include "as/classify.h"

struct emit_style {
        bool nop;     /* pad with NOPs everywhere */
        bool flat;    /* records in allocated memory */
        bool grouped; /* records join the section group of the code */
};

/* Where a record's late fields are in the text. */
struct site {
        size_t dead;    /* offset of "0x00,0x00": dead registers, dead flags */
        size_t operand; /* offset of "0x00000000" */
        uint32_t operand_word;
        bool hook; /* operand_word is a hook number */
        bool may_fault;
};

/* The start of the last site, as later text may name it. */
#define EMIT_SITE_START "88001b"

/* The text before the instruction. */
void emit_before(struct buffer *out, const struct verdict *verdict, struct emit_style style);

/* The text after it; tells where the record is. */
struct site emit_after(struct buffer *out, const struct verdict *verdict, struct emit_style style);

/* An empty site of NOPs: hook `number' of enum ab_hook. */
struct site emit_hook(struct buffer *out, unsigned number, struct emit_style style);

/* A line for the audit. */
void emit_note(struct buffer *out, const char *text, size_t length, struct emit_style style);

/* Fill in what became known at the end of the asm statement. */
void emit_fix(struct buffer *out, const struct site *site, unsigned gprs, unsigned flags,
              bool last);

#endif
