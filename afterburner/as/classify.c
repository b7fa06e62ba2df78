/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/classify.h"

#include <string.h>

#include <afterburn/record.h>

#define INSN_BYTES_MAX 15
/* The longest member of a generic class has this many bytes more than the shortest. */
#define GENERIC_MORE 3
#define SEG_CS 0x2e
#define SEG_DS 0x3e

/*
 * Opcode bytes of a class, mandatory prefixes and escapes included, and
 * whether a ModRM byte follows.  A class with several encodings gives its
 * shortest: the site then is at least as long as needed.
 */
static const struct {
        uint8_t bytes;
        bool modrm;
} encodings[AB_CLASS_LIMIT] = {
        [AB_CLASS_CLI] = {1, 0}, [AB_CLASS_STI] = {1, 0}, [AB_CLASS_PUSHF] = {1, 0},
        [AB_CLASS_POPF] = {1, 0}, [AB_CLASS_HLT] = {1, 0}, [AB_CLASS_IRET] = {1, 0},
        [AB_CLASS_LRET] = {1, 0}, [AB_CLASS_LJMP] = {1, 0}, [AB_CLASS_LCALL] = {1, 0},
        [AB_CLASS_INT] = {2, 0}, [AB_CLASS_INT3] = {1, 0}, [AB_CLASS_INTO] = {1, 0},
        [AB_CLASS_SYSENTER] = {2, 0}, [AB_CLASS_SYSEXIT] = {2, 0}, [AB_CLASS_SYSCALL] = {2, 0},
        [AB_CLASS_SYSRET] = {2, 0}, [AB_CLASS_RSM] = {2, 0}, [AB_CLASS_IN] = {1, 0},
        [AB_CLASS_OUT] = {1, 0}, [AB_CLASS_INS] = {1, 0}, [AB_CLASS_OUTS] = {1, 0},
        [AB_CLASS_MOV_FROM_CR] = {2, 1}, [AB_CLASS_MOV_TO_CR] = {2, 1},
        [AB_CLASS_MOV_FROM_DR] = {2, 1}, [AB_CLASS_MOV_TO_DR] = {2, 1}, [AB_CLASS_CLTS] = {2, 0},
        [AB_CLASS_LMSW] = {2, 1}, [AB_CLASS_SMSW] = {2, 1}, [AB_CLASS_MOV_FROM_SEG] = {1, 1},
        [AB_CLASS_MOV_TO_SEG] = {1, 1}, [AB_CLASS_PUSH_SEG] = {1, 0}, [AB_CLASS_POP_SEG] = {1, 0},
        [AB_CLASS_LDS] = {1, 1}, [AB_CLASS_LES] = {1, 1}, [AB_CLASS_LFS] = {2, 1},
        [AB_CLASS_LGS] = {2, 1}, [AB_CLASS_LSS] = {2, 1}, [AB_CLASS_LGDT] = {2, 1},
        [AB_CLASS_LIDT] = {2, 1}, [AB_CLASS_SGDT] = {2, 1}, [AB_CLASS_SIDT] = {2, 1},
        [AB_CLASS_LLDT] = {2, 1}, [AB_CLASS_SLDT] = {2, 1}, [AB_CLASS_LTR] = {2, 1},
        [AB_CLASS_STR] = {2, 1}, [AB_CLASS_VERR] = {2, 1}, [AB_CLASS_VERW] = {2, 1},
        [AB_CLASS_LAR] = {2, 1}, [AB_CLASS_LSL] = {2, 1}, [AB_CLASS_ARPL] = {1, 1},
        [AB_CLASS_INVLPG] = {2, 1}, [AB_CLASS_INVD] = {2, 0}, [AB_CLASS_WBINVD] = {2, 0},
        [AB_CLASS_INVPCID] = {4, 1}, [AB_CLASS_CPUID] = {2, 0}, [AB_CLASS_RDMSR] = {2, 0},
        [AB_CLASS_WRMSR] = {2, 0}, [AB_CLASS_RDTSC] = {2, 0}, [AB_CLASS_RDTSCP] = {3, 0},
        [AB_CLASS_RDPMC] = {2, 0}, [AB_CLASS_MONITOR] = {3, 0}, [AB_CLASS_MWAIT] = {3, 0},
        [AB_CLASS_XSETBV] = {3, 0}, [AB_CLASS_XGETBV] = {3, 0}, [AB_CLASS_CLAC] = {3, 0},
        [AB_CLASS_STAC] = {3, 0}, [AB_CLASS_FNSAVE] = {1, 1}, [AB_CLASS_FRSTOR] = {1, 1},
        [AB_CLASS_FNINIT] = {2, 0}, [AB_CLASS_FXSAVE] = {2, 1}, [AB_CLASS_FXRSTOR] = {2, 1},
        [AB_CLASS_XSAVE] = {2, 1}, [AB_CLASS_XRSTOR] = {2, 1},
        [AB_CLASS_WBNOINVD] = {3, 0}, [AB_CLASS_INT1] = {1, 0}, [AB_CLASS_RDPID] = {3, 1},
        [AB_CLASS_RDPRU] = {3, 0}, [AB_CLASS_VIRT] = {2, 0}, [AB_CLASS_PLATFORM] = {2, 0},
};

void prefixes_add(struct prefixes *prefixes, uint8_t byte)
{
        prefixes->count++;
        switch (byte) {
        case 0xf3: prefixes->rep = true; break;
        case 0xf2: prefixes->repne = true; break;
        case 0xf0: prefixes->lock = true; break;
        case 0x66: prefixes->data16 = true; break;
        case 0x67: prefixes->addr16 = true; break;
        default: prefixes->segment = byte; break;
        }
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
                [CR_DST] = REG_CR, [DR_SRC] = REG_DR, [DR_DST] = REG_DR,
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
                which = row->shape == SEG_SRC || row->shape == CR_SRC || row->shape == DR_SRC
                                ? src : dst;
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
static unsigned width_log2(const char *mnemonic, bool port, const struct operand *o,
                           unsigned count, const struct prefixes *prefixes)
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
        case 'b': return 0;
        case 'w': return 1;
        default: break;
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
                bytes -= prefixes->rep;         /* written `rep; wbinvd': counted twice */
                break;
        case AB_CLASS_LRET:
                bytes += count ? 2 : 0;
                break;
        case AB_CLASS_LJMP:
        case AB_CLASS_LCALL:
                if (count == 2 || (count == 1 && o[0].kind == OPERAND_IMMEDIATE))
                        bytes += 4;     /* 6 with a 16-bit offset less its prefix */
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
        longest = bytes + 1;            /* an operand-size prefix gas may add */
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
                        v->prefix = prefixes->segment             ? prefixes->segment
                                    : row->number == AB_CLASS_MONITOR ? SEG_DS : SEG_CS;
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

/* --- instructions written as bytes ----------------------------------------- */

struct bytes {
        uint8_t byte[INSN_BYTES_MAX];
        unsigned count;
};

static bool bytes_parse(const char *text, struct bytes *b)
{
        b->count = 0;
        while (*text) {
                size_t length = strcspn(text, ",");
                long value;

                if (b->count == INSN_BYTES_MAX || !number_parse(text, length, &value) ||
                    value < 0 || value > 255)
                        return false;
                b->byte[b->count++] = (uint8_t)value;
                text += length;
                if (*text == ',')
                        text++;
        }
        return b->count > 0;
}

/* Length of ModRM, SIB and displacement at `p'; `segment' its default. */
static unsigned modrm_bytes(const uint8_t *p, const uint8_t *end, uint8_t *segment)
{
        unsigned mod, rm, bytes = 1;

        if (p >= end)
                return 1;
        mod = p[0] >> 6;
        rm = p[0] & 7;
        *segment = SEG_CS;
        if (mod == 3)
                return 1;
        *segment = SEG_DS;
        if (rm == 4) {
                bytes++;
                rm = p + 1 < end ? p[1] & 7 : 0;
                if (rm == 4)
                        *segment = 0x36;
        }
        if (rm == 5 && mod)
                *segment = 0x36;
        return bytes + (mod == 1 ? 1 : mod == 2 || rm == 5 ? 4 : 0);
}

/* Class of an escape-less opcode of one byte that needs no operand bytes. */
static unsigned class_of_byte(uint8_t opcode)
{
        switch (opcode) {
        case 0xfa: return AB_CLASS_CLI;
        case 0xfb: return AB_CLASS_STI;
        case 0x9c: return AB_CLASS_PUSHF;
        case 0x9d: return AB_CLASS_POPF;
        case 0xf4: return AB_CLASS_HLT;
        case 0xcf: return AB_CLASS_IRET;
        default: return 0;
        }
}

/* Class of 0f xx; `modrm' whether a ModRM byte follows. */
static unsigned class_of_0f(uint8_t opcode, uint8_t modrm_byte, bool *modrm)
{
        unsigned reg = modrm_byte >> 3 & 7;
        static const uint8_t group6[] = {AB_CLASS_SLDT, AB_CLASS_STR, AB_CLASS_LLDT,
                                         AB_CLASS_LTR, AB_CLASS_VERR, AB_CLASS_VERW};
        static const uint8_t group7[] = {AB_CLASS_SGDT, AB_CLASS_SIDT, AB_CLASS_LGDT,
                                         AB_CLASS_LIDT, AB_CLASS_SMSW, 0, AB_CLASS_LMSW,
                                         AB_CLASS_INVLPG};

        static const uint8_t group9[] = {0, 0, 0, AB_CLASS_XRSTOR, AB_CLASS_XSAVE, AB_CLASS_XSAVE,
                                         AB_CLASS_VIRT, AB_CLASS_VIRT};
        static const uint8_t group15[] = {AB_CLASS_FXSAVE, AB_CLASS_FXRSTOR, 0, 0,
                                          AB_CLASS_XSAVE, AB_CLASS_XRSTOR, AB_CLASS_XSAVE, 0};

        *modrm = true;
        switch (opcode) {
        case 0x00:
                return reg < sizeof group6 ? group6[reg] : 0;
        case 0x01:
                switch (modrm_byte) {
                case 0xc8: return AB_CLASS_MONITOR;
                case 0xc9: return AB_CLASS_MWAIT;
                case 0xca: return AB_CLASS_CLAC;
                case 0xcb: return AB_CLASS_STAC;
                case 0xd0: return AB_CLASS_XGETBV;
                case 0xd1: return AB_CLASS_XSETBV;
                case 0xf9: return AB_CLASS_RDTSCP;
                default: break;
                }
                if ((modrm_byte >= 0xc1 && modrm_byte <= 0xc4) || modrm_byte == 0xd4 ||
                    (modrm_byte >= 0xd8 && modrm_byte <= 0xdf))
                        return AB_CLASS_VIRT;
                return modrm_byte < 0xc0 || reg == 4 || reg == 6 ? group7[reg] : 0;
        case 0x78:
        case 0x79: return AB_CLASS_VIRT;
        case 0xae:
                return modrm_byte < 0xc0 ? group15[reg] : 0;
        case 0xc7:
                return modrm_byte < 0xc0 ? group9[reg] : 0;
        case 0x20: return AB_CLASS_MOV_FROM_CR;
        case 0x21: return AB_CLASS_MOV_FROM_DR;
        case 0x22: return AB_CLASS_MOV_TO_CR;
        case 0x23: return AB_CLASS_MOV_TO_DR;
        default: break;
        }
        *modrm = false;
        switch (opcode) {
        case 0x05: return AB_CLASS_SYSCALL;
        case 0x06: return AB_CLASS_CLTS;
        case 0x07: return AB_CLASS_SYSRET;
        case 0x08: return AB_CLASS_INVD;
        case 0x09: return AB_CLASS_WBINVD;
        case 0x30: return AB_CLASS_WRMSR;
        case 0x31: return AB_CLASS_RDTSC;
        case 0x32: return AB_CLASS_RDMSR;
        case 0x33: return AB_CLASS_RDPMC;
        case 0x34: return AB_CLASS_SYSENTER;
        case 0x35: return AB_CLASS_SYSEXIT;
        case 0xa2: return AB_CLASS_CPUID;
        case 0xaa: return AB_CLASS_RSM;
        default: return 0;
        }
}

bool classify_bytes(const char *operands, bool code, struct verdict *v)
{
        struct bytes b;
        const uint8_t *p, *end;
        uint8_t segment = SEG_CS;
        unsigned class_id = 0;
        bool modrm = false;

        memset(v, 0, sizeof *v);
        if (!bytes_parse(operands, &b) || (!code && b.count < 3))
                return false;
        p = b.byte;
        end = b.byte + b.count;
        if (b.count >= 5 && p[0] == 0x66 && p[1] == 0x0f && p[2] == 0x38 && p[3] >= 0x80 &&
            p[3] <= 0x82) {
                class_id = p[3] == 0x82 ? AB_CLASS_INVPCID : AB_CLASS_VIRT;
                modrm = true;
                p += 4;
        } else if (b.count >= 4 && (p[0] == 0x66 || p[0] == 0xf3) && p[1] == 0x0f &&
                   p[2] == 0xc7 && p[3] < 0xc0 && (p[3] >> 3 & 7) == 6) {
                class_id = AB_CLASS_VIRT;       /* vmclear, vmxon */
                modrm = true;
                p += 3;
        } else if (b.count >= 2 && p[0] == 0x0f) {
                class_id = class_of_0f(p[1], b.count > 2 ? p[2] : 0, &modrm);
                p += 2;
        } else if (b.count == 1) {
                class_id = class_of_byte(p[0]);
                p++;
        }
        if (!class_id)
                return false;
        if (modrm) {
                if (p == end)
                        return false;
                v->operand = *p < 0xc0 ? AB_OP_MEM : 0;
                p += modrm_bytes(p, end, &segment);
        }
        if (p != end)
                return false;
        if (class_id == AB_CLASS_MONITOR)
                segment = SEG_DS;
        v->row = row_of_class(class_id);
        v->class_id = (uint8_t)class_id;
        v->kind = AB_KIND_INSN;
        v->data = true;
        v->side = nop_side(v->row, NULL, 0);
        v->prefix = segment;
        v->pad = v->operand & AB_OP_MEM     ? AB_NEED_MEMORY
                 : v->row->need > b.count ? (uint8_t)(v->row->need - b.count) : 0;
        if (v->pad + b.count > INSN_BYTES_MAX)
                v->prefix = 0;
        v->operand |= AB_GPR_NONE | 15u << 4 | 2u << 16;
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
        static const char *const one_byte[] = {"mov", "add", "or", "and", "xor", "sub", "cmp",
                                               "test", "xchg", "inc", "dec", "not", "neg", "adc",
                                               "sbb", "push", "pop", "stos", "lods"};
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
                        longest = 2 + prefixes->count;  /* an operand-size prefix, too */
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
