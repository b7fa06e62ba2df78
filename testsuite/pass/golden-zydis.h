/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an encoding is, by Zydis alone; nothing of the pass is asked. */
#ifndef AFTERBURN_TESTSUITE_GOLDEN_ZYDIS_H
#define AFTERBURN_TESTSUITE_GOLDEN_ZYDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <Zydis/Zydis.h>

/* Before anything else. */
void zydis_start(void);

/* Decode one instruction of 32-bit code.  False if Zydis does not know it. */
bool zydis_decode(const uint8_t *bytes, size_t length, ZydisDecodedInstruction *insn,
                  ZydisDecodedOperand *operands);

/* Class of one decoded instruction; 0: not sensitive. */
unsigned zydis_class_of(const ZydisDecodedInstruction *insn, const ZydisDecodedOperand *operands);

/*
 * Class of the last instruction of the bytes (0: not sensitive), where it
 * starts, and how many there are.  0 instructions: Zydis does not know the
 * encoding.
 */
unsigned zydis_class(const uint8_t *bytes, size_t length, size_t *at, unsigned *insns);

#endif
