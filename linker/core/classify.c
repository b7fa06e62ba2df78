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

/* Prefixes that belong to the opcode: another set makes another instruction. */
enum prefix {
        P_SIZE, /* 66 or none: it gives the operand's size */
        P_NONE, /* none of 66, f2, f3 */
        P_66,
        P_F2,
        P_F3,
        P_REP, /* string instructions: any */
};

struct row {
        uint8_t form, reg, class, prefix;
};

#define CODE(map, opcode) ((map) << 8 | (opcode))

/* clang-format off */
#define AT(map, opcode, ...) \
        [CODE(AB_MAP_##map, opcode)] = (const struct row[]){__VA_ARGS__, {0}}
#define ROW(form, reg, class, prefix)    {form, reg, AB_CLASS_##class, prefix}
#define MEM_P(reg, class)                ROW(MEM, reg, class, P_NONE)
#define EXACTLY(modrm, class)            ROW(EXACT, modrm, class, P_NONE)
/* codes of one row */
#define ONE(opcode, class)               AT(1, opcode, ROW(NO_MODRM, 0, class, P_SIZE))
#define ONE_RM(opcode, form, reg, class) AT(1, opcode, ROW(form, reg, class, P_SIZE))
#define STRING(opcode, class)            AT(1, opcode, ROW(NO_MODRM, 0, class, P_REP))
#define TWO(opcode, class)               AT(0F, opcode, ROW(NO_MODRM, 0, class, P_SIZE))
#define TWO_RM(opcode, form, class)      AT(0F, opcode, ROW(form, 8, class, P_SIZE))

/* By map and opcode: the rows that share it, in the order in which they are tried; NULL: none. */
static const struct row *const rows[4 * 256] = {
        ONE(0xfa, CLI), ONE(0xfb, STI), ONE(0x9c, PUSHF), ONE(0x9d, POPF), ONE(0xf4, HLT),
        ONE(0xcf, IRET), ONE(0xca, LRET), ONE(0xcb, LRET), ONE(0xea, LJMP), ONE(0x9a, LCALL),
        ONE(0xcd, INT), ONE(0xcc, INT3), ONE(0xce, INTO), ONE(0xf1, INT1),
        AT(1, 0xff, ROW(MEM, 5, LJMP, P_SIZE), ROW(MEM, 3, LCALL, P_SIZE)),
        TWO(0x34, SYSENTER), TWO(0x35, SYSEXIT), TWO(0x05, SYSCALL), TWO(0x07, SYSRET),
        TWO(0xaa, RSM),

        ONE(0xe4, IN), ONE(0xe5, IN), ONE(0xec, IN), ONE(0xed, IN),
        ONE(0xe6, OUT), ONE(0xe7, OUT), ONE(0xee, OUT), ONE(0xef, OUT),
        STRING(0x6c, INS), STRING(0x6d, INS), STRING(0x6e, OUTS), STRING(0x6f, OUTS),

        TWO(0x20, MOV_FROM_CR), TWO(0x22, MOV_TO_CR), TWO(0x21, MOV_FROM_DR), TWO(0x23, MOV_TO_DR),
        TWO(0x06, CLTS),

        ONE_RM(0x8c, ANY, 8, MOV_FROM_SEG), ONE_RM(0x8e, ANY, 8, MOV_TO_SEG),
        ONE(0x06, PUSH_SEG), ONE(0x0e, PUSH_SEG), ONE(0x16, PUSH_SEG), ONE(0x1e, PUSH_SEG),
        TWO(0xa0, PUSH_SEG), TWO(0xa8, PUSH_SEG),
        ONE(0x07, POP_SEG), ONE(0x17, POP_SEG), ONE(0x1f, POP_SEG),
        TWO(0xa1, POP_SEG), TWO(0xa9, POP_SEG),
        ONE_RM(0xc5, MEM, 8, LDS), ONE_RM(0xc4, MEM, 8, LES), TWO_RM(0xb4, MEM, LFS),
        TWO_RM(0xb5, MEM, LGS), TWO_RM(0xb2, MEM, LSS),

        AT(0F, 0x00, ROW(ANY, 0, SLDT, P_SIZE), ROW(ANY, 1, STR, P_SIZE), ROW(ANY, 2, LLDT, P_SIZE),
                     ROW(ANY, 3, LTR, P_SIZE), ROW(ANY, 4, VERR, P_SIZE), ROW(ANY, 5, VERW, P_SIZE)),
        AT(0F, 0x01, ROW(MEM, 7, INVLPG, P_SIZE), ROW(MEM, 0, SGDT, P_SIZE),
                     ROW(MEM, 1, SIDT, P_SIZE), ROW(MEM, 2, LGDT, P_SIZE),
                     ROW(MEM, 3, LIDT, P_SIZE), ROW(ANY, 4, SMSW, P_SIZE), ROW(ANY, 6, LMSW, P_SIZE),
                     EXACTLY(0xc8, MONITOR), EXACTLY(0xc9, MWAIT), EXACTLY(0xca, CLAC),
                     EXACTLY(0xcb, STAC), EXACTLY(0xd0, XGETBV), EXACTLY(0xd1, XSETBV),
                     EXACTLY(0xf9, RDTSCP), EXACTLY(0xfd, RDPRU),
                     EXACTLY(0xc1, VIRT), EXACTLY(0xc2, VIRT), EXACTLY(0xc3, VIRT),
                     EXACTLY(0xc4, VIRT), EXACTLY(0xd4, VIRT), EXACTLY(0xd8, VIRT),
                     EXACTLY(0xd9, VIRT), ROW(EXACT, 0xd9, VIRT, P_F2), ROW(EXACT, 0xd9, VIRT, P_F3),
                     EXACTLY(0xda, VIRT), EXACTLY(0xdb, VIRT), EXACTLY(0xdc, VIRT),
                     EXACTLY(0xdd, VIRT), EXACTLY(0xde, VIRT), EXACTLY(0xdf, VIRT),
                     ROW(EXACT, 0xcc, VIRT, P_66), ROW(EXACT, 0xff, VIRT, P_F2),
                     EXACTLY(0xc0, PLATFORM), EXACTLY(0xc5, PLATFORM), EXACTLY(0xc6, PLATFORM),
                     EXACTLY(0xcf, PLATFORM), ROW(EXACT, 0xe8, PLATFORM, P_F3),
                     EXACTLY(0xfe, PLATFORM), EXACTLY(0xff, PLATFORM)),
        TWO_RM(0x02, ANY, LAR), TWO_RM(0x03, ANY, LSL), ONE_RM(0x63, ANY, 8, ARPL),

        TWO(0x08, INVD), AT(0F, 0x09, ROW(NO_MODRM, 0, WBINVD, P_SIZE),
                                      ROW(NO_MODRM, 0, WBNOINVD, P_F3)),
        AT(0F38, 0x82, ROW(MEM, 8, INVPCID, P_66)),
        TWO(0xa2, CPUID), TWO(0x32, RDMSR), TWO(0x30, WRMSR), TWO(0x31, RDTSC), TWO(0x33, RDPMC),

        AT(1, 0xdd, ROW(MEM, 6, FNSAVE, P_SIZE), ROW(MEM, 4, FRSTOR, P_SIZE)),
        ONE_RM(0xdb, EXACT, 0xe3, FNINIT),
        AT(0F, 0xae, MEM_P(0, FXSAVE), MEM_P(1, FXRSTOR), MEM_P(4, XSAVE), MEM_P(6, XSAVE),
                     MEM_P(5, XRSTOR), ROW(MEM, 6, PLATFORM, P_F3)),
        AT(0F, 0xc7, MEM_P(4, XSAVE), MEM_P(5, XSAVE), MEM_P(3, XRSTOR), ROW(ANY, 7, RDPID, P_F3),
                     MEM_P(6, VIRT), MEM_P(7, VIRT), ROW(MEM, 6, VIRT, P_66),
                     ROW(MEM, 6, VIRT, P_F3)),
        AT(0F, 0x78, ROW(ANY, 8, VIRT, P_NONE)), AT(0F, 0x79, ROW(ANY, 8, VIRT, P_NONE)),
        AT(0F38, 0x80, ROW(MEM, 8, VIRT, P_66)), AT(0F38, 0x81, ROW(MEM, 8, VIRT, P_66)),

        AT(0F, 0x37, ROW(NO_MODRM, 0, PLATFORM, P_NONE)),
        AT(0F3A, 0xf0, ROW(EXACT, 0xc0, PLATFORM, P_F3)),
        AT(0F38, 0xf5, ROW(MEM, 8, PLATFORM, P_66)), AT(0F38, 0xf8, ROW(MEM, 8, PLATFORM, P_F3)),
};
/* clang-format on */

static bool row_applies(const struct row *row, const struct ab_insn *insn)
{
        bool reg_fits = row->reg == 8 || (insn->modrm >> 3 & 7) == row->reg;

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

static bool prefixes_fit(unsigned prefix, const struct ab_insn *insn)
{
        switch (prefix) {
        case P_SIZE:
                return !insn->rep && !insn->repne;
        case P_NONE:
                return !insn->rep && !insn->repne && !insn->data16;
        case P_66:
                return !insn->rep && !insn->repne && insn->data16;
        case P_F2:
                return insn->repne && !insn->rep;
        case P_F3:
                return insn->rep && !insn->repne;
        }
        return true;
}

unsigned ab_classify(const struct ab_insn *insn)
{
        const struct row *row = rows[CODE(insn->map, insn->opcode)];

        if (!row || insn->lock)
                return AB_CLASS_NONE;
        for (; row->class != AB_CLASS_NONE; row++)
                if (row_applies(row, insn) && prefixes_fit(row->prefix, insn))
                        return row->class;
        return AB_CLASS_NONE;
}
