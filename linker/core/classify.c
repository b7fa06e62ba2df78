/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which sensitive instruction do these bytes encode?  One row per encoding;
 * the assembler pass works from spellings, this table from opcodes, and the
 * binder refuses a site where the two disagree.
 */
#include <afterburn/insn.h>
#include "decode.h"

/* What the modrm byte must be for a row to apply. */
enum form {
        NO_MODRM, /* or any */
        ANY,      /* reg field equals `reg', any operand; reg 8: any reg field */
        MEM,      /* ... a memory operand */
        EXACT,    /* the modrm byte equals `reg' */
};

struct row {
        uint8_t map, opcode, form, reg, class;
};

#define ONE(opcode, class)                 { AB_MAP_1, opcode, NO_MODRM, 0, AB_CLASS_##class }
#define ONE_RM(opcode, form, reg, class)   { AB_MAP_1, opcode, form, reg, AB_CLASS_##class }
#define TWO(opcode, class)                 { AB_MAP_0F, opcode, NO_MODRM, 0, AB_CLASS_##class }
#define TWO_RM(opcode, form, reg, class)   { AB_MAP_0F, opcode, form, reg, AB_CLASS_##class }

static const struct row rows[] = {
        ONE(0xfa, CLI), ONE(0xfb, STI), ONE(0x9c, PUSHF), ONE(0x9d, POPF), ONE(0xf4, HLT),
        ONE(0xcf, IRET), ONE(0xca, LRET), ONE(0xcb, LRET), ONE(0xea, LJMP), ONE(0x9a, LCALL),
        ONE(0xcd, INT), ONE(0xcc, INT3), ONE(0xce, INTO),
        ONE_RM(0xff, MEM, 5, LJMP), ONE_RM(0xff, MEM, 3, LCALL),
        TWO(0x34, SYSENTER), TWO(0x35, SYSEXIT), TWO(0x05, SYSCALL), TWO(0x07, SYSRET),
        TWO(0xaa, RSM),

        ONE(0xe4, IN), ONE(0xe5, IN), ONE(0xec, IN), ONE(0xed, IN),
        ONE(0xe6, OUT), ONE(0xe7, OUT), ONE(0xee, OUT), ONE(0xef, OUT),
        ONE(0x6c, INS), ONE(0x6d, INS), ONE(0x6e, OUTS), ONE(0x6f, OUTS),

        TWO(0x20, MOV_FROM_CR), TWO(0x22, MOV_TO_CR), TWO(0x21, MOV_FROM_DR), TWO(0x23, MOV_TO_DR),
        TWO(0x06, CLTS), TWO_RM(0x01, ANY, 6, LMSW), TWO_RM(0x01, ANY, 4, SMSW),

        ONE_RM(0x8c, ANY, 8, MOV_FROM_SEG), ONE_RM(0x8e, ANY, 8, MOV_TO_SEG),
        ONE(0x06, PUSH_SEG), ONE(0x0e, PUSH_SEG), ONE(0x16, PUSH_SEG), ONE(0x1e, PUSH_SEG),
        TWO(0xa0, PUSH_SEG), TWO(0xa8, PUSH_SEG),
        ONE(0x07, POP_SEG), ONE(0x17, POP_SEG), ONE(0x1f, POP_SEG),
        TWO(0xa1, POP_SEG), TWO(0xa9, POP_SEG),
        ONE_RM(0xc5, MEM, 8, LDS), ONE_RM(0xc4, MEM, 8, LES), TWO_RM(0xb4, MEM, 8, LFS),
        TWO_RM(0xb5, MEM, 8, LGS), TWO_RM(0xb2, MEM, 8, LSS),

        TWO_RM(0x01, MEM, 2, LGDT), TWO_RM(0x01, MEM, 3, LIDT), TWO_RM(0x01, MEM, 0, SGDT),
        TWO_RM(0x01, MEM, 1, SIDT), TWO_RM(0x00, ANY, 2, LLDT), TWO_RM(0x00, ANY, 0, SLDT),
        TWO_RM(0x00, ANY, 3, LTR), TWO_RM(0x00, ANY, 1, STR), TWO_RM(0x00, ANY, 4, VERR),
        TWO_RM(0x00, ANY, 5, VERW), TWO_RM(0x02, ANY, 8, LAR), TWO_RM(0x03, ANY, 8, LSL),
        ONE_RM(0x63, ANY, 8, ARPL),

        TWO_RM(0x01, MEM, 7, INVLPG), TWO(0x08, INVD), TWO(0x09, WBINVD),
        { AB_MAP_0F38, 0x82, MEM, 8, AB_CLASS_INVPCID },

        TWO(0xa2, CPUID), TWO(0x32, RDMSR), TWO(0x30, WRMSR), TWO(0x31, RDTSC), TWO(0x33, RDPMC),
        TWO_RM(0x01, EXACT, 0xf9, RDTSCP), TWO_RM(0x01, EXACT, 0xc8, MONITOR),
        TWO_RM(0x01, EXACT, 0xc9, MWAIT), TWO_RM(0x01, EXACT, 0xd1, XSETBV),
        TWO_RM(0x01, EXACT, 0xd0, XGETBV), TWO_RM(0x01, EXACT, 0xca, CLAC),
        TWO_RM(0x01, EXACT, 0xcb, STAC),

        ONE_RM(0xdd, MEM, 6, FNSAVE), ONE_RM(0xdd, MEM, 4, FRSTOR), ONE_RM(0xdb, EXACT, 0xe3, FNINIT),
        TWO_RM(0xae, MEM, 0, FXSAVE), TWO_RM(0xae, MEM, 1, FXRSTOR), TWO_RM(0xae, MEM, 4, XSAVE),
        TWO_RM(0xae, MEM, 6, XSAVE), TWO_RM(0xae, MEM, 5, XRSTOR), TWO_RM(0xc7, MEM, 4, XSAVE),
        TWO_RM(0xc7, MEM, 5, XSAVE), TWO_RM(0xc7, MEM, 3, XRSTOR),
};

static bool row_applies(const struct row *row, const struct ab_insn *insn)
{
        bool reg_fits = row->reg == 8 || (insn->modrm >> 3 & 7) == row->reg;

        if (row->map != insn->map || row->opcode != insn->opcode)
                return false;
        switch (row->form) {
        case NO_MODRM:
                return true;
        case ANY:
                return reg_fits;
        case MEM:
                return reg_fits && insn->memory;
        case EXACT:
                return insn->modrm == row->reg;
        }
        return false;
}

/* Prefixes that make another instruction of the same opcode. */
static bool prefixes_fit(unsigned class, const struct ab_insn *insn)
{
        bool string = class == AB_CLASS_INS || class == AB_CLASS_OUTS;

        if (insn->lock || ((insn->rep || insn->repne) && !string))
                return false;
        if (class == AB_CLASS_INVPCID)
                return insn->data16;
        if (insn->map == AB_MAP_0F && (insn->opcode == 0xae || insn->opcode == 0xc7))
                return !insn->data16;
        if (insn->map == AB_MAP_0F && insn->opcode == 0x01 && insn->modrm >= 0xc0 &&
            class != AB_CLASS_SMSW && class != AB_CLASS_LMSW)
                return !insn->data16;
        return true;
}

unsigned ab_classify(const struct ab_insn *insn)
{
        unsigned i;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (row_applies(&rows[i], insn))
                        return prefixes_fit(rows[i].class, insn) ? rows[i].class : AB_CLASS_NONE;
        return AB_CLASS_NONE;
}
