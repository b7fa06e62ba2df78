/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one instruction statement is: its row of the instruction table, how it
 * is padded, and the operand word of its record.
 */
#ifndef AFTERBURN_AS_CLASSIFY_H
#define AFTERBURN_AS_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "as/operand.h"
#include "as/words.h"

/* Prefixes written as words of their own before the mnemonic. */
struct prefixes {
        uint8_t count;   /* of all prefix bytes */
        uint8_t segment; /* the segment override among them, 0 none */
        bool rep, repne, lock, data16, addr16;
};

void prefixes_add(struct prefixes *prefixes, uint8_t byte);

/* Add the prefixes that stand behind those; the last segment override counts. */
void prefixes_join(struct prefixes *prefixes, const struct prefixes *behind);

enum cure {
        CURE_NONE,
        CURE_DROP_SUFFIX, /* movl with segment register and memory: as `mov' */
        CURE_SPLIT_WAIT,  /* fsave, finit: `fwait' and the fn form */
};

struct verdict {
        const struct row *row; /* NULL: not sensitive */
        uint8_t class_id;      /* of the row, 0 for a marked access */
        uint8_t kind;          /* enum ab_kind */
        uint8_t side;          /* enum side, where NOPs go if prefixes cannot serve */
        uint8_t prefix;        /* byte to pad with, 0: NOPs only */
        uint8_t pad;           /* bytes of padding */
        uint32_t operand;      /* AB_OP_* */
        enum cure cure;
        bool undecided; /* a macro parameter decides */
        bool data;      /* a .byte statement */
};

/*
 * Judge an instruction: `word' is its mnemonic, `mnemonic' and `operands' its
 * plain text.  True if it is sensitive or needs a cure, or is undecided.
 */
bool classify(const struct word *word, const char *mnemonic, const char *operands,
              struct syntax syntax, const struct prefixes *prefixes, struct verdict *verdict);

/*
 * Judge a `.byte' statement by its plain operands.  True if the bytes are
 * exactly one sensitive instruction.  Encodings of one or two bytes could be
 * data: they count only where `code' says that instructions stand around.
 */
bool classify_bytes(const char *operands, bool code, struct verdict *verdict);

/*
 * Padding for an instruction that the plugin marked as an access of `kind'.
 * False if it cannot be one (a branch).
 */
bool classify_access(const char *mnemonic, const char *operands, struct syntax syntax,
                     const struct prefixes *prefixes, unsigned kind, struct verdict *verdict);

#endif
