/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small IA-32 decoder: how long an instruction is, where its operand lies,
 * and which row of the instruction table it belongs to.  32-bit code only.
 * Freestanding, no allocation; reads only the bytes it is given.
 */
#ifndef AB_DECODE_H
#define AB_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define AB_INSN_MAX 15 /* longest instruction the processor takes */

/* Opcode maps. */
enum ab_map { AB_MAP_1, AB_MAP_0F, AB_MAP_0F38, AB_MAP_0F3A };

/* One decoded instruction.  Offsets count from its first prefix. */
struct ab_insn {
        uint8_t length;        /* all of it */
        uint8_t opcode_at;     /* first byte that is not a prefix */
        uint8_t map;           /* enum ab_map */
        uint8_t opcode;        /* in that map */
        uint8_t modrm_at;      /* 0: has none */
        uint8_t operand_bytes; /* modrm, sib and displacement together */
        uint8_t modrm;
        uint8_t imm_at;      /* 0: has no immediate */
        uint8_t seg;         /* last segment prefix, 0: none */
        uint8_t default_seg; /* prefix of the memory operand's own segment, 0: none */
        bool data16, addr16, rep, repne, lock;
        bool memory;    /* explicit memory operand */
        bool transfers; /* may continue elsewhere than behind itself */
};

/*
 * Decode the instruction at @bytes, of which @avail may be read.  Returns its
 * length, or 0 where the bytes end too soon or are no instruction this decoder
 * knows.
 */
unsigned ab_decode(const uint8_t *bytes, uint32_t avail, struct ab_insn *insn);

/*
 * The row of insn-ia32.def that @insn belongs to;
 * AB_CLASS_NONE where it is not sensitive.
 */
unsigned ab_classify(const struct ab_insn *insn);

/* Length of the NOP at @bytes (up to @avail), any common form; 0: not a NOP. */
unsigned ab_nop_length(const uint8_t *bytes, uint32_t avail);

/* Fill @n bytes with as few multi-byte NOPs as there can be. */
void ab_nop_fill(uint8_t *bytes, uint32_t n);

#endif
