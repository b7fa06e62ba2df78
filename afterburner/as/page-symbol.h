/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Page tables that assembler sources store to by name.
 *
 * The compiler plugin finds page-table stores by type; assembler sources have
 * no types, but their page tables have names that Linux has kept for twenty
 * years.  A store through a register is not seen: it needs no help to be right
 * (doc/design.md 4.6), only to be cheap, and in assembler sources such stores
 * fill tables before they are used.
 */
#ifndef AFTERBURN_AS_PAGE_SYMBOL_H
#define AFTERBURN_AS_PAGE_SYMBOL_H

#include <stdbool.h>

#include "as/operand.h"

/* Whether the text may have such stores at all: it names one of the tables. */
bool page_symbols_in(const char *text, const char *limit);

/*
 * Whether the instruction stores to memory that a page table's name addresses;
 * `operands' in plain form.
 */
bool page_symbol_stored(const char *mnemonic, const char *operands, struct syntax syntax);

#endif
