/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bound form of every class: which vector, which operand is passed how,
 * and what a few instructions can do in place.  See afterburn/wedge.h for the
 * promises made here.
 */
#include "shape.h"

/* What a call needs besides its vector. */
enum carried {
        CARRY_NOTHING,
        CARRY_OPERAND, /* modrm, sib, displacement in a NOP */
        CARRY_IMM8,    /* pushed */
        CARRY_IMM16,   /* pushed as 32 bits */
        CARRY_FAR,     /* selector pushed, offset in a NOP */
};

struct call {
        int vector; /* -1: no such form */
        enum carried carried;
};

static void put(struct ab_code *code, unsigned byte)
{
        code->bytes[code->length++] = byte;
}

static void put32(struct ab_code *code, uint32_t word)
{
        uint8_t *to = code->bytes + code->length;

        code->length += 4;
        to[0] = word & 255;
        to[1] = word >> 8 & 255;
        to[2] = word >> 16 & 255;
        to[3] = word >> 24;
}

/* Segment number of a prefix byte, in Intel's order; ds where there is none. */
static unsigned segment_of_prefix(uint8_t prefix)
{
        switch (prefix) {
        case 0x26:
                return 0;
        case 0x2e:
                return 1;
        case 0x36:
                return 2;
        case 0x64:
                return 4;
        case 0x65:
                return 5;
        }
        return 3;
}

/* Segment number that push, pop and far loads encode in their opcode. */
static unsigned segment_of_opcode(const struct ab_insn *insn)
{
        switch (insn->opcode) {
        case 0xb2:
                return 2;
        case 0xb4:
        case 0xa0:
        case 0xa1:
                return insn->map == AB_MAP_0F ? 4 : 0;
        case 0xb5:
        case 0xa8:
        case 0xa9:
                return 5;
        case 0xc4:
                return 0;
        case 0xc5:
                return 3;
        }
        return insn->opcode >> 3 & 3;
}

static unsigned port_width(const struct ab_insn *insn)
{
        if (!(insn->opcode & 1))
                return 0;
        return insn->data16 ? 1 : 2;
}

/* A row with a register form and a memory form, the register chosen by index. */
static struct call reg_or_mem(const struct ab_insn *insn, int reg_base, int mem)
{
        if (insn->memory)
                return (struct call){mem, CARRY_OPERAND};
        return (struct call){reg_base + (insn->modrm & 7), CARRY_NOTHING};
}

static struct call plain(int vector)
{
        return (struct call){vector, CARRY_NOTHING};
}

static struct call with_operand(int vector)
{
        return (struct call){vector, CARRY_OPERAND};
}

static struct call segment_move(const struct ab_insn *insn, bool to)
{
        unsigned w = insn->data16, seg = insn->modrm >> 3 & 7, rm = insn->modrm & 7;

        if (seg > 5 || (to && seg == 1))
                return plain(-1);
        if (insn->memory)
                return with_operand((to ? AB_VEC_MOV_TO_SEG_MEM : AB_VEC_MOV_FROM_SEG_MEM) + seg);
        if (to)
                return plain(AB_VEC_MOV_TO_SEG + seg * 8 + rm);
        return plain(AB_VEC_MOV_FROM_SEG + (w * 6 + seg) * 8 + rm);
}

static struct call system_register_move(const struct ab_insn *insn, int base, uint32_t exist)
{
        unsigned number = insn->modrm >> 3 & 7;

        if (!(exist >> number & 1))
                return plain(-1);
        return plain(base + number * 8 + (insn->modrm & 7));
}

/* The vector of a classified instruction. */
static struct call call_of(unsigned class, const struct ab_insn *insn)
{
        unsigned w = insn->data16, reg = insn->modrm >> 3 & 7, width = port_width(insn);
        unsigned rep = insn->rep || insn->repne;

        /* clang-format off */
#define SIMPLE(name)       case AB_CLASS_##name: return plain(AB_VEC_##name)
#define SIZED(name)        case AB_CLASS_##name: return plain(AB_VEC_##name + w)
#define MEMORY(name)       case AB_CLASS_##name: return with_operand(AB_VEC_##name)
#define SIZED_MEMORY(name) case AB_CLASS_##name: return with_operand(AB_VEC_##name + w)
#define READ_RM(name)      case AB_CLASS_##name:                                        \
                return reg_or_mem(insn, AB_VEC_##name, AB_VEC_##name##_MEM)
#define WRITE_RM(name)     case AB_CLASS_##name:                                        \
                return reg_or_mem(insn, AB_VEC_##name + w * 8, AB_VEC_##name##_MEM)

        switch ((enum ab_class)class) {
        SIMPLE(STI);
        SIMPLE(CLI);
        SIZED(PUSHF);
        SIZED(POPF);
        SIMPLE(HLT);
        SIZED(IRET);
        SIMPLE(SYSENTER);
        SIMPLE(SYSEXIT);
        SIMPLE(SYSCALL);
        SIMPLE(SYSRET);
        SIMPLE(RSM);
        SIMPLE(CLTS);
        READ_RM(LMSW);
        WRITE_RM(SMSW);
        SIZED_MEMORY(LGDT);
        SIZED_MEMORY(LIDT);
        SIZED_MEMORY(SGDT);
        SIZED_MEMORY(SIDT);
        READ_RM(LLDT);
        WRITE_RM(SLDT);
        READ_RM(LTR);
        WRITE_RM(STR);
        READ_RM(VERR);
        READ_RM(VERW);
        MEMORY(INVLPG);
        SIMPLE(INVD);
        SIMPLE(WBINVD);
        SIMPLE(CPUID);
        SIMPLE(RDMSR);
        SIMPLE(WRMSR);
        SIMPLE(RDTSC);
        SIMPLE(RDTSCP);
        SIMPLE(RDPMC);
        SIMPLE(MONITOR);
        SIMPLE(MWAIT);
        SIMPLE(XSETBV);
        SIMPLE(XGETBV);
        SIMPLE(CLAC);
        SIMPLE(STAC);
        SIZED_MEMORY(FNSAVE);
        SIZED_MEMORY(FRSTOR);
        SIMPLE(FNINIT);
        MEMORY(FXSAVE);
        MEMORY(FXRSTOR);
        case AB_CLASS_LRET:
                if (insn->imm_at)
                        return (struct call){AB_VEC_LRET_IMM + w, CARRY_IMM16};
                return plain(AB_VEC_LRET + w);
        case AB_CLASS_LJMP:
                if (insn->memory)
                        return with_operand(AB_VEC_LJMP_MEM + w);
                return (struct call){AB_VEC_LJMP + w, CARRY_FAR};
        case AB_CLASS_LCALL:
                if (insn->memory)
                        return with_operand(AB_VEC_LCALL_MEM + w);
                return (struct call){AB_VEC_LCALL + w, CARRY_FAR};
        case AB_CLASS_IN:
                if (insn->imm_at)
                        return (struct call){AB_VEC_IN_IMM + width, CARRY_IMM8};
                return plain(AB_VEC_IN + width);
        case AB_CLASS_OUT:
                if (insn->imm_at)
                        return (struct call){AB_VEC_OUT_IMM + width, CARRY_IMM8};
                return plain(AB_VEC_OUT + width);
        case AB_CLASS_INS:
                return plain(AB_VEC_INS + width * 2 + rep);
        case AB_CLASS_OUTS:
                return plain(AB_VEC_OUTS + (width * 2 + rep) * 6 + segment_of_prefix(insn->seg));
        case AB_CLASS_MOV_FROM_CR:
                return system_register_move(insn, AB_VEC_MOV_FROM_CR, 0x1d);
        case AB_CLASS_MOV_TO_CR:
                return system_register_move(insn, AB_VEC_MOV_TO_CR, 0x1d);
        case AB_CLASS_MOV_FROM_DR:
                return system_register_move(insn, AB_VEC_MOV_FROM_DR, 0xff);
        case AB_CLASS_MOV_TO_DR:
                return system_register_move(insn, AB_VEC_MOV_TO_DR, 0xff);
        case AB_CLASS_MOV_FROM_SEG:
                return segment_move(insn, false);
        case AB_CLASS_MOV_TO_SEG:
                return segment_move(insn, true);
        case AB_CLASS_PUSH_SEG:
                return plain(AB_VEC_PUSH_SEG + w * 6 + segment_of_opcode(insn));
        case AB_CLASS_POP_SEG:
                return plain(AB_VEC_POP_SEG + w * 6 + segment_of_opcode(insn));
        case AB_CLASS_LDS:
        case AB_CLASS_LES:
        case AB_CLASS_LFS:
        case AB_CLASS_LGS:
        case AB_CLASS_LSS:
                return with_operand(AB_VEC_LOAD_FAR + (w * 6 + segment_of_opcode(insn)) * 8 + reg);
        case AB_CLASS_LAR:
                return with_operand(AB_VEC_LAR + w * 8 + reg);
        case AB_CLASS_LSL:
                return with_operand(AB_VEC_LSL + w * 8 + reg);
        case AB_CLASS_ARPL:
                return with_operand(AB_VEC_ARPL + reg);
        case AB_CLASS_INVPCID:
                return with_operand(AB_VEC_INVPCID + reg);
        case AB_CLASS_XSAVE:
                if (insn->opcode == 0xc7)
                        return with_operand(AB_VEC_XSAVE + (reg == 4 ? 2 : 3));
                return with_operand(AB_VEC_XSAVE + (reg == 4 ? 0 : 1));
        case AB_CLASS_XRSTOR:
                return with_operand(AB_VEC_XRSTOR + (insn->opcode == 0xc7));
        case AB_CLASS_WBNOINVD:
                return plain(AB_VEC_WBINVD);
        case AB_CLASS_RDPID:
        case AB_CLASS_RDPRU:
        case AB_CLASS_VIRT:
        case AB_CLASS_PLATFORM:
                return plain(AB_VEC_UNDEFINED);
        case AB_CLASS_INT:
        case AB_CLASS_INT3:
        case AB_CLASS_INTO:
        case AB_CLASS_INT1:
        case AB_CLASS_NONE:
        case AB_CLASS_LIMIT:
                break;
        }
        /* clang-format on */
        return plain(-1);
}

/* call *vector */
static void put_call(struct ab_code *code, uint32_t vector, const struct ab_wedge *wedge)
{
        code->shape = AB_SHAPE_CALL;
        code->vector = vector;
        put(code, 0xff);
        put(code, 0x15);
        put32(code, wedge->vectors + 4 * vector);
}

static uint32_t read16(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8;
}

/* The whole call with what it carries. */
static void put_carrying_call(struct ab_code *code, struct call call, uint32_t half,
                              const uint8_t *bytes, const struct ab_insn *insn,
                              const struct ab_wedge *wedge)
{
        const uint8_t *imm = bytes + insn->imm_at;
        unsigned i, offset_bytes = insn->data16 ? 2 : 4;

        if (call.carried == CARRY_IMM8) {
                put(code, 0x6a);
                put(code, imm[0]);
        } else if (call.carried == CARRY_IMM16) {
                put(code, 0x68);
                put32(code, read16(imm));
        } else if (call.carried == CARRY_FAR) {
                put(code, 0x68);
                put32(code, read16(imm + offset_bytes));
        }
        put_call(code, half + call.vector, wedge);
        if (call.carried == CARRY_OPERAND) {
                const uint8_t *operand = bytes + insn->modrm_at;

                if (insn->seg && insn->memory)
                        put(code, insn->seg);
                put(code, 0x0f);
                put(code, 0x1f);
                put(code, operand[0] & 0xc7);
                for (i = 1; i < insn->operand_bytes; i++)
                        put(code, operand[i]);
        } else if (call.carried == CARRY_FAR) {
                put(code, 0x0f);
                put(code, 0x1f);
                put(code, 0x80);
                put32(code, offset_bytes == 2 ? read16(imm) : read16(imm) | read16(imm + 2) << 16);
        }
}

/* mov address,%reg */
static void put_load(struct ab_code *code, unsigned reg, uint32_t address)
{
        if (reg == AB_EAX) {
                put(code, 0xa1);
        } else {
                put(code, 0x8b);
                put(code, 0x05 | reg << 3);
        }
        put32(code, address);
}

/* A general register that is dead behind the site, %esp aside. */
static unsigned dead_register(const struct ab_record *record)
{
        unsigned reg;

        for (reg = AB_EAX; reg <= AB_EDI; reg++)
                if (reg != AB_ESP && (record->dead_gprs >> reg & 1))
                        return reg;
        return AB_GPR_NONE;
}

/*
 * Inline code, if the wedge allows it and it fits in @room bytes.  Each is one
 * instruction that can fault where the original could, or none that can
 * before the last.
 */
static bool put_inline(struct ab_code *code, const struct ab_record *record, unsigned class,
                       const struct ab_insn *insn, const struct ab_wedge *wedge)
{
        unsigned sys = insn->modrm >> 3 & 7, reg = insn->modrm & 7, room = record->site_bytes;
        uint32_t allowed = wedge->inline_ops, vcpu = wedge->vcpu;

        switch (class) {
        case AB_CLASS_CLI:
                if (!(allowed & AB_INLINE_CLI))
                        return false;
                put(code, 0xc6);
                put(code, 0x05);
                put32(code, vcpu + AB_VCPU_IF);
                put(code, AB_IF_OFF);
                break;
        case AB_CLASS_PUSHF:
                reg = dead_register(record);
                if (!(allowed & AB_INLINE_PUSHF) || insn->data16 || reg == AB_GPR_NONE ||
                    record->dead_flags != AB_FLAGS_ALL)
                        return false;
                put(code, 0x9c); /* pushfl */
                put(code, 0x6b); /* imul $AB_FLAGS_SCALE,address,%reg */
                put(code, 0x05 | reg << 3);
                put32(code, vcpu + AB_VCPU_FLAGS_DIFFER);
                put(code, AB_FLAGS_SCALE);
                put(code, 0x31); /* xor %reg,(%esp) */
                put(code, 0x04 | reg << 3);
                put(code, 0x24);
                break;
        case AB_CLASS_MOV_FROM_CR:
                if (!(allowed & AB_INLINE_CR_READ))
                        return false;
                put_load(code, reg, vcpu + AB_VCPU_CR(sys));
                break;
        case AB_CLASS_MOV_FROM_DR:
                if (!(allowed & AB_INLINE_DR_READ) || sys == 4 || sys == 5)
                        return false;
                put_load(code, reg, vcpu + AB_VCPU_DR(sys));
                break;
        case AB_CLASS_MOV_FROM_SEG:
                if (!(allowed & AB_INLINE_SEG_READ) || insn->memory)
                        return false;
                if (insn->data16)
                        put(code, 0x66);
                put_load(code, reg, vcpu + AB_VCPU_SEG(sys));
                break;
        case AB_CLASS_PUSH_SEG:
                if (!(allowed & AB_INLINE_SEG_READ))
                        return false;
                if (insn->data16)
                        put(code, 0x66);
                put(code, 0xff);
                put(code, 0x35);
                put32(code, vcpu + AB_VCPU_SEG(segment_of_opcode(insn)));
                break;
        default:
                return false;
        }
        code->shape = AB_SHAPE_INLINE;
        if (code->length <= room)
                return true;
        code->length = 0;
        return false;
}

/* Call, then the instruction itself: what watches an access. */
static enum ab_bind_error shape_access(const struct ab_record *record, const uint8_t *bytes,
                                       const struct ab_insn *insn, const struct ab_wedge *wedge,
                                       struct ab_code *code)
{
        unsigned i, kind = AB_RECORD_KIND_OF(record);

        if (AB_NEED_ACCESS + insn->length > record->site_bytes) {
                code->shape = AB_SHAPE_NATIVE_SHORT;
                return AB_BIND_OK;
        }
        put_call(code,
                 kind == AB_KIND_PT_STORE  ? AB_VEC_PT_STORE
                 : kind == AB_KIND_PT_READ ? AB_VEC_PT_READ
                                           : AB_VEC_DEVICE,
                 wedge);
        for (i = 0; i < insn->length; i++)
                put(code, bytes[i]);
        return AB_BIND_OK;
}

static bool wedge_wants_native(const struct ab_wedge *wedge, unsigned row)
{
        return wedge->native[row / 32] >> (row % 32) & 1;
}

enum ab_bind_error ab_shape(const struct ab_record *record, const uint8_t *bytes,
                            const struct ab_insn *insn, enum ab_shadow shadow,
                            const struct ab_wedge *wedge, struct ab_code *code)
{
        unsigned kind = AB_RECORD_KIND_OF(record), class = record->class_id;
        uint32_t half = record->dead_flags == AB_FLAGS_ALL ? AB_VECTORS : 0;
        struct call call;

        code->length = 0;
        code->vector = 0;
        code->shape = AB_SHAPE_NATIVE_WEDGE;
        if (wedge_wants_native(wedge, kind == AB_KIND_INSN ? class : AB_ROW_KIND(kind)))
                return AB_BIND_OK;
        if (kind == AB_KIND_HOOK) {
                if (record->operand > AB_VEC_HOOK_LAST - AB_VEC_HOOK)
                        return AB_BIND_OPERAND;
                put_call(code, AB_VEC_HOOK + record->operand, wedge);
                return code->length <= record->site_bytes ? AB_BIND_OK : AB_BIND_SHORT;
        }
        if (kind != AB_KIND_INSN)
                return shape_access(record, bytes, insn, wedge, code);
        if (class == AB_CLASS_INT || class == AB_CLASS_INT1 || class == AB_CLASS_INT3 ||
            class == AB_CLASS_INTO) {
                code->shape = AB_SHAPE_NATIVE_TRAP;
                return AB_BIND_OK;
        }

        call = call_of(class, insn);
        if (call.vector < 0 || insn->addr16)
                return AB_BIND_FORM;
        if (class == AB_CLASS_STI && shadow == AB_SHADOW_STEP)
                call.vector = AB_VEC_STI_STEP;
        if (class == AB_CLASS_STI && shadow == AB_SHADOW_DEFER)
                call.vector = AB_VEC_STI_DEFER;
        if ((shadow != AB_SHADOW_IN || class == AB_CLASS_CLI) &&
            put_inline(code, record, class, insn, wedge))
                return AB_BIND_OK;
        put_carrying_call(code, call, half, bytes, insn, wedge);
        return code->length <= record->site_bytes ? AB_BIND_OK : AB_BIND_SHORT;
}
