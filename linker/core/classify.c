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
        uint16_t code; /* map and opcode together: what is compared first */
        uint8_t form, reg, class, prefix;
};

#define CODE(map, opcode) ((map) << 8 | (opcode))

/* clang-format off */
#define ROW(map, opcode, form, reg, class, prefix)                                       \
        { CODE(AB_MAP_##map, opcode), form, reg, AB_CLASS_##class, prefix }
#define ONE(opcode, class)                 ROW(1, opcode, NO_MODRM, 0, class, P_SIZE)
#define ONE_RM(opcode, form, reg, class)   ROW(1, opcode, form, reg, class, P_SIZE)
#define STRING(opcode, class)              ROW(1, opcode, NO_MODRM, 0, class, P_REP)
#define TWO(opcode, class)                 ROW(0F, opcode, NO_MODRM, 0, class, P_SIZE)
#define TWO_RM(opcode, form, reg, class)   ROW(0F, opcode, form, reg, class, P_SIZE)
#define EXACTLY(modrm, class, prefix)      ROW(0F, 0x01, EXACT, modrm, class, prefix)

static const struct row rows[] = {
        ONE(0xfa, CLI), ONE(0xfb, STI), ONE(0x9c, PUSHF), ONE(0x9d, POPF), ONE(0xf4, HLT),
        ONE(0xcf, IRET), ONE(0xca, LRET), ONE(0xcb, LRET), ONE(0xea, LJMP), ONE(0x9a, LCALL),
        ONE(0xcd, INT), ONE(0xcc, INT3), ONE(0xce, INTO),
        ONE_RM(0xff, MEM, 5, LJMP), ONE_RM(0xff, MEM, 3, LCALL),
        TWO(0x34, SYSENTER), TWO(0x35, SYSEXIT), TWO(0x05, SYSCALL), TWO(0x07, SYSRET),
        TWO(0xaa, RSM),

        ONE(0xe4, IN), ONE(0xe5, IN), ONE(0xec, IN), ONE(0xed, IN),
        ONE(0xe6, OUT), ONE(0xe7, OUT), ONE(0xee, OUT), ONE(0xef, OUT),
        STRING(0x6c, INS), STRING(0x6d, INS), STRING(0x6e, OUTS), STRING(0x6f, OUTS),

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
        ROW(0F38, 0x82, MEM, 8, INVPCID, P_66),
        ROW(0F, 0x09, NO_MODRM, 0, WBNOINVD, P_F3),

        TWO(0xa2, CPUID), TWO(0x32, RDMSR), TWO(0x30, WRMSR), TWO(0x31, RDTSC), TWO(0x33, RDPMC),
        EXACTLY(0xf9, RDTSCP, P_NONE), EXACTLY(0xc8, MONITOR, P_NONE),
        EXACTLY(0xc9, MWAIT, P_NONE), EXACTLY(0xd1, XSETBV, P_NONE),
        EXACTLY(0xd0, XGETBV, P_NONE), EXACTLY(0xca, CLAC, P_NONE),
        EXACTLY(0xcb, STAC, P_NONE),

        ONE_RM(0xdd, MEM, 6, FNSAVE), ONE_RM(0xdd, MEM, 4, FRSTOR), ONE_RM(0xdb, EXACT, 0xe3, FNINIT),
        ROW(0F, 0xae, MEM, 0, FXSAVE, P_NONE), ROW(0F, 0xae, MEM, 1, FXRSTOR, P_NONE),
        ROW(0F, 0xae, MEM, 4, XSAVE, P_NONE), ROW(0F, 0xae, MEM, 6, XSAVE, P_NONE),
        ROW(0F, 0xae, MEM, 5, XRSTOR, P_NONE), ROW(0F, 0xc7, MEM, 4, XSAVE, P_NONE),
        ROW(0F, 0xc7, MEM, 5, XSAVE, P_NONE), ROW(0F, 0xc7, MEM, 3, XRSTOR, P_NONE),

        ONE(0xf1, INT1), ROW(0F, 0xc7, ANY, 7, RDPID, P_F3), EXACTLY(0xfd, RDPRU, P_NONE),

        EXACTLY(0xc1, VIRT, P_NONE), EXACTLY(0xc2, VIRT, P_NONE), EXACTLY(0xc3, VIRT, P_NONE),
        EXACTLY(0xc4, VIRT, P_NONE), EXACTLY(0xd4, VIRT, P_NONE), EXACTLY(0xd8, VIRT, P_NONE),
        EXACTLY(0xd9, VIRT, P_NONE), EXACTLY(0xd9, VIRT, P_F2), EXACTLY(0xd9, VIRT, P_F3),
        EXACTLY(0xda, VIRT, P_NONE), EXACTLY(0xdb, VIRT, P_NONE), EXACTLY(0xdc, VIRT, P_NONE),
        EXACTLY(0xdd, VIRT, P_NONE), EXACTLY(0xde, VIRT, P_NONE), EXACTLY(0xdf, VIRT, P_NONE),
        EXACTLY(0xcc, VIRT, P_66), EXACTLY(0xff, VIRT, P_F2),
        ROW(0F, 0xc7, MEM, 6, VIRT, P_NONE), ROW(0F, 0xc7, MEM, 7, VIRT, P_NONE),
        ROW(0F, 0xc7, MEM, 6, VIRT, P_66), ROW(0F, 0xc7, MEM, 6, VIRT, P_F3),
        ROW(0F, 0x78, ANY, 8, VIRT, P_NONE), ROW(0F, 0x79, ANY, 8, VIRT, P_NONE),
        ROW(0F38, 0x80, MEM, 8, VIRT, P_66), ROW(0F38, 0x81, MEM, 8, VIRT, P_66),

        ROW(0F, 0x37, NO_MODRM, 0, PLATFORM, P_NONE), EXACTLY(0xcf, PLATFORM, P_NONE),
        EXACTLY(0xc0, PLATFORM, P_NONE), EXACTLY(0xc5, PLATFORM, P_NONE),
        EXACTLY(0xc6, PLATFORM, P_NONE), EXACTLY(0xe8, PLATFORM, P_F3),
        EXACTLY(0xfe, PLATFORM, P_NONE), EXACTLY(0xff, PLATFORM, P_NONE),
        ROW(0F, 0xae, MEM, 6, PLATFORM, P_F3), ROW(0F3A, 0xf0, EXACT, 0xc0, PLATFORM, P_F3),
        ROW(0F38, 0xf8, MEM, 8, PLATFORM, P_F3), ROW(0F38, 0xf5, MEM, 8, PLATFORM, P_66),
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
        if (insn->lock)
                return false;
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

/* clang-format off */
/*
 * One bit per code that some row has, so that most instructions need no search.  A new row needs its
 * bit: without it the row's forms in testsuite/binder/forms.def are not recognised.
 */
static const uint32_t known[4 * 256 / 32] = {
        /* one byte */
        0xc0c040c0, 0x00000000, 0x00000000, 0x0000f008,
        0x34005000, 0x00000000, 0x2800fc30, 0x8c12f4f0,
        /* 0f */
        0x000003ef, 0x00bf000f, 0x00000000, 0x03000000,
        0x00000000, 0x00344707, 0x00000080, 0x00000000,
        /* 0f 38 */
        0x00000000, 0x00000000, 0x00000000, 0x00000000,
        0x00000007, 0x00000000, 0x00000000, 0x01200000,
        /* 0f 3a */
        0x00000000, 0x00000000, 0x00000000, 0x00000000,
        0x00000000, 0x00000000, 0x00000000, 0x00010000,
};
/* clang-format on */

unsigned ab_classify(const struct ab_insn *insn)
{
        unsigned code = CODE(insn->map, insn->opcode), i;

        if (!(known[code / 32] >> code % 32 & 1))
                return AB_CLASS_NONE;
        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                if (rows[i].code == code && row_applies(&rows[i], insn) &&
                    prefixes_fit(rows[i].prefix, insn))
                        return rows[i].class;
        return AB_CLASS_NONE;
}
