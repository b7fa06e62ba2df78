/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every word the pass reacts to: mnemonics of sensitive instructions (from the
 * instruction table), prefixes, and the assembler directives that change what
 * the following text means.
 */
#ifndef AFTERBURN_AS_WORDS_H
#define AFTERBURN_AS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <afterburn/insn.h>

enum shape { ANY, SEG_SRC, SEG_DST, CR_SRC, CR_DST, DR_SRC, DR_DST, SEG_ONE, FAR };
enum side { PREFIX, BEFORE, AFTER, NONE };
enum unbound { FAULTS, LIES, HARMLESS };

/* One row of the instruction table. */
struct row {
        const char *id, *spellings, *generator, *reason;
        uint32_t reads, writes;
        uint16_t fault;
        uint8_t number, shape, need, side, unbound, excluded;
};

extern const struct row rows[];
extern const unsigned row_count;

/* The row of a class, NULL if there is none. */
const struct row *row_of_class(unsigned class_id);

enum word_kind { WORD_INSN = 1, WORD_PREFIX, WORD_DIRECTIVE };

enum directive {
        D_TEXT = 1,
        D_DATA,
        D_BSS,
        D_SECTION,
        D_PUSHSECTION,
        D_POPSECTION,
        D_PREVIOUS,
        D_SUBSECTION,
        D_CODE16,
        D_CODE32,
        D_CODE64,
        D_INTEL,
        D_ATT,
        D_MACRO,
        D_ENDM,
        D_REPT,
        D_IRP,
        D_IRPC,
        D_ENDR,
        D_BYTE,
        D_DATUM,
        D_INCLUDE,
        D_PURGEM,
        D_ASSIGN,
        D_CONDITION,
        D_FILE,
};

#define ROWS_PER_WORD 8

struct word {
        const char *name;
        uint8_t length;
        uint8_t kind;  /* enum word_kind */
        uint8_t value; /* prefix byte, or enum directive */
        uint8_t row_count;
        uint8_t rows[ROWS_PER_WORD]; /* indices into rows[] */
};

/* Fill the dictionary.  Calls after the first do nothing. */
void words_init(void);

/* Look `length' bytes up, ignoring case.  NULL for a word that means nothing here. */
const struct word *word_find(const char *text, size_t length);

/* Call `visit' for every word of the instruction table. */
void words_each_insn(void (*visit)(const struct word *word, void *argument), void *argument);

#endif
