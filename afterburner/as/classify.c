/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/classify.h"

#include <string.h>

#include <afterburn/record.h>

#define INSN_BYTES_MAX 15
/* The longest member of a generic class has this many bytes more than the shortest. */
#define GENERIC_MORE   3
#define SEG_CS         0x2e
#define SEG_DS         0x3e

/*
 * Opcode bytes of a class, mandatory prefixes and escapes included, and
 * whether a ModRM byte follows.  A class with several encodings gives its
 * shortest: the site then is at least as long as needed.
 */
static const struct {
        uint8_t bytes;
        bool modrm;
} encodings[AB_CLASS_LIMIT] = {
    [AB_CLASS_CLI] = {1, 0},          [AB_CLASS_STI] = {1, 0},
    [AB_CLASS_PUSHF] = {1, 0},        [AB_CLASS_POPF] = {1, 0},
    [AB_CLASS_HLT] = {1, 0},          [AB_CLASS_IRET] = {1, 0},
    [AB_CLASS_LRET] = {1, 0},         [AB_CLASS_LJMP] = {1, 0},
    [AB_CLASS_LCALL] = {1, 0},        [AB_CLASS_INT] = {2, 0},
    [AB_CLASS_INT3] = {1, 0},         [AB_CLASS_INTO] = {1, 0},
    [AB_CLASS_SYSENTER] = {2, 0},     [AB_CLASS_SYSEXIT] = {2, 0},
    [AB_CLASS_SYSCALL] = {2, 0},      [AB_CLASS_SYSRET] = {2, 0},
    [AB_CLASS_RSM] = {2, 0},          [AB_CLASS_IN] = {1, 0},
    [AB_CLASS_OUT] = {1, 0},          [AB_CLASS_INS] = {1, 0},
    [AB_CLASS_OUTS] = {1, 0},         [AB_CLASS_MOV_FROM_CR] = {2, 1},
    [AB_CLASS_MOV_TO_CR] = {2, 1},    [AB_CLASS_MOV_FROM_DR] = {2, 1},
    [AB_CLASS_MOV_TO_DR] = {2, 1},    [AB_CLASS_CLTS] = {2, 0},
    [AB_CLASS_LMSW] = {2, 1},         [AB_CLASS_SMSW] = {2, 1},
    [AB_CLASS_MOV_FROM_SEG] = {1, 1}, [AB_CLASS_MOV_TO_SEG] = {1, 1},
    [AB_CLASS_PUSH_SEG] = {1, 0},     [AB_CLASS_POP_SEG] = {1, 0},
    [AB_CLASS_LDS] = {1, 1},          [AB_CLASS_LES] = {1, 1},
    [AB_CLASS_LFS] = {2, 1},          [AB_CLASS_LGS] = {2, 1},
    [AB_CLASS_LSS] = {2, 1},          [AB_CLASS_LGDT] = {2, 1},
    [AB_CLASS_LIDT] = {2, 1},         [AB_CLASS_SGDT] = {2, 1},
    [AB_CLASS_SIDT] = {2, 1},         [AB_CLASS_LLDT] = {2, 1},
    [AB_CLASS_SLDT] = {2, 1},         [AB_CLASS_LTR] = {2, 1},
    [AB_CLASS_STR] = {2, 1},          [AB_CLASS_VERR] = {2, 1},
    [AB_CLASS_VERW] = {2, 1},         [AB_CLASS_LAR] = {2, 1},
    [AB_CLASS_LSL] = {2, 1},          [AB_CLASS_ARPL] = {1, 1},
    [AB_CLASS_INVLPG] = {2, 1},       [AB_CLASS_INVD] = {2, 0},
    [AB_CLASS_WBINVD] = {2, 0},       [AB_CLASS_INVPCID] = {4, 1},
    [AB_CLASS_CPUID] = {2, 0},        [AB_CLASS_RDMSR] = {2, 0},
    [AB_CLASS_WRMSR] = {2, 0},        [AB_CLASS_RDTSC] = {2, 0},
    [AB_CLASS_RDTSCP] = {3, 0},       [AB_CLASS_RDPMC] = {2, 0},
    [AB_CLASS_MONITOR] = {3, 0},      [AB_CLASS_MWAIT] = {3, 0},
    [AB_CLASS_XSETBV] = {3, 0},       [AB_CLASS_XGETBV] = {3, 0},
    [AB_CLASS_CLAC] = {3, 0},         [AB_CLASS_STAC] = {3, 0},
    [AB_CLASS_FNSAVE] = {1, 1},       [AB_CLASS_FRSTOR] = {1, 1},
    [AB_CLASS_FNINIT] = {2, 0},       [AB_CLASS_FXSAVE] = {2, 1},
    [AB_CLASS_FXRSTOR] = {2, 1},      [AB_CLASS_XSAVE] = {2, 1},
    [AB_CLASS_XRSTOR] = {2, 1},       [AB_CLASS_WBNOINVD] = {3, 0},
    [AB_CLASS_INT1] = {1, 0},         [AB_CLASS_RDPID] = {3, 1},
    [AB_CLASS_RDPRU] = {3, 0},        [AB_CLASS_VIRT] = {2, 0},
    [AB_CLASS_PLATFORM] = {2, 0},
};

void prefixes_add(struct prefixes *prefixes, uint8_t byte)
{
        prefixes->count++;
        switch (byte) {
        case 0xf3:
                prefixes->rep = true;
                break;
        case 0xf2:
                prefixes->repne = true;
                break;
        case 0xf0:
                prefixes->lock = true;
                break;
        case 0x66:
                prefixes->data16 = true;
                break;
        case 0x67:
                prefixes->addr16 = true;
                break;
        default:
                prefixes->segment = byte;
                break;
        }
}

void prefixes_join(struct prefixes *prefixes, const struct prefixes *behind)
{
        prefixes->count += behind->count;
        prefixes->rep |= behind->rep;
        prefixes->repne |= behind->repne;
        prefixes->lock |= behind->lock;
        prefixes->data16 |= behind->data16;
        prefixes->addr16 |= behind->addr16;
        if (behind->segment)
                prefixes->segment = behind->segment;
}

static uint32_t prefix_bits(const struct prefixes *p)
{
        return (p->rep ? AB_OP_REP : 0) | (p->repne ? AB_OP_REPNE : 0) |
               (p->lock ? AB_OP_LOCK : 0) | (p->data16 ? AB_OP_DATA16 : 0) |
               (p->addr16 ? AB_OP_ADDR16 : 0) | (p->segment ? AB_OP_SEG_OVERRIDE : 0);
}

static bool is_reg(const struct operand *o, unsigned kind)
{
        return o->kind == OPERAND_REGISTER && o->reg_kind == kind;
}

static bool is_gpr(const struct operand *o)
{
        return is_reg(o, REG_GPR8) || is_reg(o, REG_GPR16) || is_reg(o, REG_GPR32);
}

/* Does the row apply to these operands?  `undecided' where a parameter decides. */
static bool shape_fits(const struct row *row, const char *mnemonic, const struct operand *o,
                       unsigned count, bool *undecided)
{
        const struct operand *src = &o[0];
        const struct operand *dst = count ? &o[count - 1] : &o[0];
        static const uint8_t wanted[] = {
            [SEG_SRC] = REG_SEG, [SEG_DST] = REG_SEG, [CR_SRC] = REG_CR,
            [CR_DST] = REG_CR,   [DR_SRC] = REG_DR,   [DR_DST] = REG_DR,
        };
        const struct operand *which;

        switch (row->shape) {
        case ANY:
                return true;
        case SEG_ONE:
                if (count == 1 && src->kind == OPERAND_PARAMETER)
                        *undecided = true;
                return count == 1 && is_reg(src, REG_SEG);
        case FAR:
                if (*mnemonic == 'l')
                        return true;
                return count == 2 || (count == 1 && src->far);
        default:
                if (count != 2)
                        return false;
                which = row->shape == SEG_SRC || row->shape == CR_SRC || row->shape == DR_SRC ? src
                                                                                              : dst;
                if (which->kind == OPERAND_PARAMETER) {
                        const struct operand *other = which == src ? dst : src;

                        *undecided |= other->kind != OPERAND_IMMEDIATE &&
                                      (other->kind != OPERAND_REGISTER || is_gpr(other));
                }
                return is_reg(which, wanted[row->shape]);
        }
}

static bool is_string_io(unsigned class_id)
{
        return class_id == AB_CLASS_INS || class_id == AB_CLASS_OUTS;
}

static bool is_port_io(unsigned class_id)
{
        return class_id == AB_CLASS_IN || class_id == AB_CLASS_OUT;
}

/* log2 of the operand width in bytes; with `port', %dx is not what is moved. */
static unsigned width_log2(const char *mnemonic, bool port, const struct operand *o, unsigned count,
                           const struct prefixes *prefixes)
{
        size_t length = strlen(mnemonic);

        for (unsigned i = 0; i < count; i++) {
                if (o[i].kind != OPERAND_REGISTER)
                        continue;
                if (o[i].reg_kind == REG_GPR8)
                        return 0;
                if (o[i].reg_kind == REG_GPR16 && !(port && o[i].reg == AB_EDX))
                        return 1;
                if (o[i].reg_kind == REG_GPR32)
                        return 2;
        }
        if (prefixes->data16)
                return 1;
        switch (length ? mnemonic[length - 1] : 0) {
        case 'b':
                return 0;
        case 'w':
                return 1;
        default:
                break;
        }
        for (unsigned i = 0; i < count; i++)
                if (o[i].width == 1 || o[i].width == 2)
                        return o[i].width - 1u;
        return 2;
}

static uint32_t operand_word(const struct operand *o, unsigned count, unsigned width)
{
        unsigned gpr = AB_GPR_NONE, sys = 15;
        uint32_t word = width << 16;

        for (unsigned i = 0; i < count; i++) {
                switch (o[i].kind) {
                case OPERAND_REGISTER:
                        if (is_gpr(&o[i]) && gpr == AB_GPR_NONE)
                                gpr = is_reg(&o[i], REG_GPR8) ? o[i].reg & 3 : o[i].reg;
                        else if (o[i].reg_kind != REG_OTHER && !is_gpr(&o[i]))
                                sys = o[i].reg;
                        break;
                case OPERAND_IMMEDIATE:
                        if (o[i].known)
                                word |= AB_OP_HAS_IMM | ((uint32_t)o[i].value & 255) << 8;
                        break;
                case OPERAND_MEMORY:
                        word |= AB_OP_MEM | (o[i].override ? AB_OP_SEG_OVERRIDE : 0);
                        break;
                default:
                        break;
                }
        }
        return word | gpr | sys << 4;
}

/* Side of NOPs where prefixes cannot serve or are not wanted. */
static uint8_t nop_side(const struct row *row, const struct operand *o, unsigned count)
{
        if (row->side != PREFIX)
                return row->side;
        if (row->number == AB_CLASS_STI)
                return BEFORE;
        /* loads of %ss hold interrupts off for one instruction, too */
        if ((row->number == AB_CLASS_MOV_TO_SEG || row->number == AB_CLASS_POP_SEG) && count &&
            o[count - 1].reg == 2)
                return BEFORE;
        return AFTER;
}

/* Bytes of the instruction that do not depend on a memory operand. */
static unsigned fixed_bytes(const struct row *row, const struct operand *o, unsigned count,
                            const struct prefixes *prefixes, unsigned width)
{
        unsigned bytes = encodings[row->number].bytes + prefixes->count;

        switch (row->number) {
        case AB_CLASS_IN:
        case AB_CLASS_OUT:
                for (unsigned i = 0; i < count; i++)
                        bytes += o[i].kind == OPERAND_IMMEDIATE;
                bytes += width == 1 && !prefixes->data16;
                break;
        case AB_CLASS_INS:
        case AB_CLASS_OUTS:
                bytes += width == 1 && !prefixes->data16;
                break;
        case AB_CLASS_PUSH_SEG:
        case AB_CLASS_POP_SEG:
                bytes += count && o[0].reg >= 4;
                break;
        case AB_CLASS_WBNOINVD:
                bytes -= prefixes->rep; /* written `rep; wbinvd': counted twice */
                break;
        case AB_CLASS_LRET:
                bytes += count ? 2 : 0;
                break;
        case AB_CLASS_LJMP:
        case AB_CLASS_LCALL:
                if (count == 2 || (count == 1 && o[0].kind == OPERAND_IMMEDIATE))
                        bytes += 4; /* 6 with a 16-bit offset less its prefix */
                break;
        default:
                break;
        }
        return bytes;
}

/* Decide how much padding there is and of what. */
static void size_up(struct verdict *v, const struct operand *o, unsigned count,
                    const struct prefixes *prefixes, unsigned width)
{
        const struct row *row = v->row;
        const struct operand *memory = NULL;
        unsigned bytes = fixed_bytes(row, o, count, prefixes, width);
        unsigned longest, bytes_more = 0;
        bool parameter = false;

        for (unsigned i = 0; i < count; i++) {
                if (o[i].kind == OPERAND_MEMORY && !is_port_io(row->number))
                        memory = &o[i];
                parameter |= o[i].kind == OPERAND_PARAMETER;
        }
        v->side = nop_side(row, o, count);
        v->prefix = 0;
        if (is_string_io(row->number)) {
                uint8_t override = prefixes->segment;

                for (unsigned i = 0; i < count; i++)
                        if (row->number == AB_CLASS_OUTS && o[i].override)
                                override = o[i].override;
                v->prefix = row->side == PREFIX ? (override ? override : SEG_DS) : 0;
                v->pad = row->need > bytes ? (uint8_t)(row->need - bytes) : 0;
                return;
        }
        if (row->number == AB_CLASS_VIRT || row->number == AB_CLASS_PLATFORM)
                bytes_more = GENERIC_MORE;
        longest = bytes + 1; /* an operand-size prefix gas may add */
        if (memory && row->side != NONE) {
                longest = bytes + memory->max + bytes_more + (width == 1);
                v->pad = AB_NEED_MEMORY;
                if (row->side == PREFIX)
                        v->prefix = prefixes->segment ? prefixes->segment : memory->segment;
        } else {
                bytes += encodings[row->number].modrm;
                longest += encodings[row->number].modrm;
                v->pad = row->need > bytes ? (uint8_t)(row->need - bytes) : 0;
                if (row->side == PREFIX)
                        v->prefix = prefixes->segment                 ? prefixes->segment
                                    : row->number == AB_CLASS_MONITOR ? SEG_DS
                                                                      : SEG_CS;
                /* a parameter may turn out to be memory of any segment */
                if (parameter && encodings[row->number].modrm &&
                    !(row->number >= AB_CLASS_MOV_FROM_CR && row->number <= AB_CLASS_MOV_TO_DR)) {
                        v->prefix = 0;
                        if (v->pad && row->side != NONE)
                                v->pad = AB_NEED_MEMORY;
                }
        }
        if (row->side == NONE)
                v->pad = 0;
        if (longest + v->pad > INSN_BYTES_MAX)
                v->prefix = 0;
}

bool classify(const struct word *word, const char *mnemonic, const char *operands,
              struct syntax syntax, const struct prefixes *prefixes, struct verdict *v)
{
        struct operand o[OPERANDS_MAX];
        unsigned count = operands_parse(operands, syntax, o);
        unsigned width;

        memset(v, 0, sizeof *v);
        for (unsigned i = 0; i < word->row_count && !v->row; i++)
                if (shape_fits(&rows[word->rows[i]], mnemonic, o, count, &v->undecided))
                        v->row = &rows[word->rows[i]];
        if (!v->row)
                return v->undecided;
        v->undecided = false;
        width = width_log2(mnemonic, is_port_io(v->row->number) || is_string_io(v->row->number), o,
                           count, prefixes);
        /* gas assembles int $3 as int3 */
        if (v->row->number == AB_CLASS_INT && count == 1 && o[0].known && o[0].value == 3)
                v->row = row_of_class(AB_CLASS_INT3);
        if (v->row->number == AB_CLASS_WBINVD && prefixes->rep)
                v->row = row_of_class(AB_CLASS_WBNOINVD);
        v->class_id = v->row->number;
        v->kind = AB_KIND_INSN;
        size_up(v, o, count, prefixes, width);
        v->operand = operand_word(o, count, width) | prefix_bits(prefixes);
        if (is_port_io(v->class_id) || is_string_io(v->class_id))
                v->operand = (v->operand & ~(AB_OP_MEM | 15u)) | AB_GPR_NONE;
        if (!syntax.intel && !strcmp(mnemonic, "movl") &&
            (v->class_id == AB_CLASS_MOV_FROM_SEG || v->class_id == AB_CLASS_MOV_TO_SEG) &&
            (o[0].kind == OPERAND_MEMORY || o[1].kind == OPERAND_MEMORY))
                v->cure = CURE_DROP_SUFFIX;
        if ((v->class_id == AB_CLASS_FNSAVE || v->class_id == AB_CLASS_FNINIT) &&
            mnemonic[1] != 'n')
                v->cure = CURE_SPLIT_WAIT;
        return true;
}

/* --- accesses the plugin marked -------------------------------------------- */

static bool begins(const char *text, const char *with)
{
        return !strncmp(text, with, strlen(with));
}

bool classify_access(const char *mnemonic, const char *operands, struct syntax syntax,
                     const struct prefixes *prefixes, unsigned kind, struct verdict *v)
{
        static const char *const one_byte[] = {"mov",  "add",  "or",  "and",  "xor", "sub", "cmp",
                                               "test", "xchg", "inc", "dec",  "not", "neg", "adc",
                                               "sbb",  "push", "pop", "stos", "lods"};
        struct operand o[OPERANDS_MAX];
        unsigned count, width, longest = 3 + prefixes->count;
        const struct operand *memory = NULL;

        memset(v, 0, sizeof *v);
        if (*mnemonic == 'j' || begins(mnemonic, "call") || begins(mnemonic, "ret") ||
            begins(mnemonic, "loop"))
                return false;
        count = operands_parse(operands, syntax, o);
        width = width_log2(mnemonic, false, o, count, prefixes);
        for (unsigned i = 0; i < sizeof one_byte / sizeof *one_byte; i++)
                if (begins(mnemonic, one_byte[i]))
                        longest = 2 + prefixes->count; /* an operand-size prefix, too */
        for (unsigned i = 0; i < count; i++) {
                if (o[i].kind == OPERAND_MEMORY)
                        memory = &o[i];
                if (o[i].kind == OPERAND_IMMEDIATE)
                        longest += width == 2 ? 4 : width == 1 ? 2 : 1;
        }
        v->kind = (uint8_t)kind;
        v->side = AFTER;
        v->pad = AB_NEED_ACCESS;
        v->prefix = prefixes->segment ? prefixes->segment : memory ? memory->segment : SEG_DS;
        longest += memory ? memory->max : 1;
        if (longest + v->pad > INSN_BYTES_MAX)
                v->prefix = 0;
        v->operand = operand_word(o, count, width) | prefix_bits(prefixes);
        return true;
}
