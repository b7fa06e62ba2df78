/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operands of one instruction, AT&T or Intel syntax, as far as annotation
 * needs them: which register, and for memory which segment is its default and
 * between which bounds its encoding lies.
 */
#ifndef AFTERBURN_AS_OPERAND_H
#define AFTERBURN_AS_OPERAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum operand_kind {
        OPERAND_IMMEDIATE = 1,
        OPERAND_REGISTER,
        OPERAND_MEMORY,
        OPERAND_PARAMETER, /* a macro parameter: could be anything */
};

enum register_kind { REG_GPR8 = 1, REG_GPR16, REG_GPR32, REG_SEG, REG_CR, REG_DR, REG_OTHER };

struct operand {
        uint8_t kind;     /* enum operand_kind */
        uint8_t reg_kind; /* of a register, enum register_kind */
        uint8_t reg;      /* its number */
        uint8_t min, max; /* memory: encoded bytes, modrm included */
        bool indirect;    /* AT&T `*' */
        bool far;         /* Intel `far', `fword' */
        bool absolute;    /* memory: neither base nor index */
        bool known;       /* immediate: `value' holds */
        uint8_t width;    /* Intel size keyword: bytes, 0 none */
        uint8_t override; /* memory: explicit segment prefix byte, 0 none */
        uint8_t segment;  /* memory: prefix byte of the segment used, 0 unknown */
        uint8_t uses;     /* general registers it names, bit per register */
        long value;
};

#define OPERANDS_MAX 4

struct syntax {
        bool intel;
        bool naked;    /* registers without % */
        bool assigned; /* symbols may be absolute: file has assignments */
};

/*
 * Parse the operands in plain text (scan_plain) `text'.  Returns their number,
 * source first in both syntaxes; more than OPERANDS_MAX are dropped.
 */
unsigned operands_parse(const char *text, struct syntax syntax, struct operand *operands);

/* Prefix byte of a segment register by number (es cs ss ds fs gs). */
uint8_t segment_prefix(unsigned number);

/*
 * Evaluate an expression of plain numbers.  False if it holds a symbol or
 * anything else that is not certain.
 */
bool number_parse(const char *text, size_t length, long *value);

#endif
