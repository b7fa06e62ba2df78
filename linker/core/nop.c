/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NOPs: those that may stand in a site as padding (any form compilers and
 * assemblers emit), and those the binder fills with.
 */
#include "decode.h"

unsigned ab_nop_length(const uint8_t *bytes, uint32_t avail)
{
        struct ab_insn insn;
        unsigned length = ab_decode(bytes, avail, &insn);
        unsigned reg = insn.modrm >> 3 & 7;
        const uint8_t *operand = bytes + insn.modrm_at;

        if (!length || insn.lock || insn.rep || insn.repne || insn.addr16)
                return 0;
        /* nop, and the multi-byte nop with any operand */
        if (insn.map == AB_MAP_1 && insn.opcode == 0x90)
                return length;
        if (insn.map == AB_MAP_0F && insn.opcode == 0x1f && reg == 0)
                return length;
        if (insn.map != AB_MAP_1 || insn.data16)
                return 0;
        /* mov %reg,%reg */
        if ((insn.opcode == 0x89 || insn.opcode == 0x8b) && insn.modrm >= 0xc0 &&
            reg == (insn.modrm & 7))
                return length;
        /* lea 0(%reg),%reg, without or with an index-less sib */
        if (insn.opcode == 0x8d && insn.memory) {
                unsigned i, displacement = insn.modrm >> 6 == 1 ? 1 : 4;
                bool sib = (insn.modrm & 7) == 4;
                unsigned base = sib ? operand[1] & 7u : insn.modrm & 7u;

                if (insn.modrm >> 6 == 0 || base != reg)
                        return 0;
                if (sib && (operand[1] >> 3 & 7) != 4)
                        return 0;
                for (i = 0; i < displacement; i++)
                        if (operand[1 + sib + i])
                                return 0;
                return length;
        }
        return 0;
}

/* Intel's recommended sequences, the longest nine bytes. */
static const uint8_t nops[9][9] = {
    {0x90},
    {0x66, 0x90},
    {0x0f, 0x1f, 0x00},
    {0x0f, 0x1f, 0x40, 0x00},
    {0x0f, 0x1f, 0x44, 0x00, 0x00},
    {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
    {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
    {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
};

void ab_nop_fill(uint8_t *bytes, uint32_t n)
{
        uint32_t i, part;

        for (; n > 0; n -= part) {
                part = n > 9 ? 9 : n;
                for (i = 0; i < part; i++)
                        /* cppcheck-suppress negativeIndex; part is at least 1 */
                        *bytes++ = nops[part - 1][i];
        }
}
