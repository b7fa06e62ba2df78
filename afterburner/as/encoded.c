/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instructions that old trees write as bytes, because the assembler of their
 * day did not know them.
 */
#include "config.h"
#include "as/classify.h"

#include <string.h>

#include <afterburn/record.h>

#define INSN_BYTES_MAX 15
#define SEG_CS         0x2e
#define SEG_DS         0x3e
#define SEG_SS         0x36

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
                        *segment = SEG_SS;
        }
        if (rm == 5 && mod)
                *segment = SEG_SS;
        return bytes + (mod == 1 ? 1 : mod == 2 || rm == 5 ? 4 : 0);
}

/* Class of an escape-less opcode of one byte that needs no operand bytes. */
static unsigned class_of_byte(uint8_t opcode)
{
        switch (opcode) {
        case 0xfa:
                return AB_CLASS_CLI;
        case 0xfb:
                return AB_CLASS_STI;
        case 0x9c:
                return AB_CLASS_PUSHF;
        case 0x9d:
                return AB_CLASS_POPF;
        case 0xf4:
                return AB_CLASS_HLT;
        case 0xcf:
                return AB_CLASS_IRET;
        default:
                return 0;
        }
}

/* Class of 0f xx; `modrm' whether a ModRM byte follows. */
static unsigned class_of_0f(uint8_t opcode, uint8_t modrm_byte, bool *modrm)
{
        unsigned reg = modrm_byte >> 3 & 7;
        static const uint8_t group6[] = {AB_CLASS_SLDT, AB_CLASS_STR,  AB_CLASS_LLDT,
                                         AB_CLASS_LTR,  AB_CLASS_VERR, AB_CLASS_VERW};
        static const uint8_t group7[] = {AB_CLASS_SGDT, AB_CLASS_SIDT,  AB_CLASS_LGDT,
                                         AB_CLASS_LIDT, AB_CLASS_SMSW,  0,
                                         AB_CLASS_LMSW, AB_CLASS_INVLPG};

        static const uint8_t group9[] = {
            0, 0, 0, AB_CLASS_XRSTOR, AB_CLASS_XSAVE, AB_CLASS_XSAVE, AB_CLASS_VIRT, AB_CLASS_VIRT};
        static const uint8_t group15[] = {AB_CLASS_FXSAVE, AB_CLASS_FXRSTOR, 0, 0, AB_CLASS_XSAVE,
                                          AB_CLASS_XRSTOR, AB_CLASS_XSAVE,   0};

        *modrm = true;
        switch (opcode) {
        case 0x00:
                return reg < sizeof group6 ? group6[reg] : 0;
        case 0x01:
                switch (modrm_byte) {
                case 0xc8:
                        return AB_CLASS_MONITOR;
                case 0xc9:
                        return AB_CLASS_MWAIT;
                case 0xca:
                        return AB_CLASS_CLAC;
                case 0xcb:
                        return AB_CLASS_STAC;
                case 0xd0:
                        return AB_CLASS_XGETBV;
                case 0xd1:
                        return AB_CLASS_XSETBV;
                case 0xf9:
                        return AB_CLASS_RDTSCP;
                default:
                        break;
                }
                if ((modrm_byte >= 0xc1 && modrm_byte <= 0xc4) || modrm_byte == 0xd4 ||
                    (modrm_byte >= 0xd8 && modrm_byte <= 0xdf))
                        return AB_CLASS_VIRT;
                return modrm_byte < 0xc0 || reg == 4 || reg == 6 ? group7[reg] : 0;
        case 0x78:
        case 0x79:
                return AB_CLASS_VIRT;
        case 0xae:
                return modrm_byte < 0xc0 ? group15[reg] : 0;
        case 0xc7:
                return modrm_byte < 0xc0 ? group9[reg] : 0;
        case 0x20:
                return AB_CLASS_MOV_FROM_CR;
        case 0x21:
                return AB_CLASS_MOV_FROM_DR;
        case 0x22:
                return AB_CLASS_MOV_TO_CR;
        case 0x23:
                return AB_CLASS_MOV_TO_DR;
        default:
                break;
        }
        *modrm = false;
        switch (opcode) {
        case 0x05:
                return AB_CLASS_SYSCALL;
        case 0x06:
                return AB_CLASS_CLTS;
        case 0x07:
                return AB_CLASS_SYSRET;
        case 0x08:
                return AB_CLASS_INVD;
        case 0x09:
                return AB_CLASS_WBINVD;
        case 0x30:
                return AB_CLASS_WRMSR;
        case 0x31:
                return AB_CLASS_RDTSC;
        case 0x32:
                return AB_CLASS_RDMSR;
        case 0x33:
                return AB_CLASS_RDPMC;
        case 0x34:
                return AB_CLASS_SYSENTER;
        case 0x35:
                return AB_CLASS_SYSEXIT;
        case 0xa2:
                return AB_CLASS_CPUID;
        case 0xaa:
                return AB_CLASS_RSM;
        default:
                return 0;
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
        } else if (b.count >= 4 && (p[0] == 0x66 || p[0] == 0xf3) && p[1] == 0x0f && p[2] == 0xc7 &&
                   p[3] < 0xc0 && (p[3] >> 3 & 7) == 6) {
                class_id = AB_CLASS_VIRT; /* vmclear, vmxon */
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
        v->side = v->row->number == AB_CLASS_STI ? BEFORE
                  : v->row->side == PREFIX       ? AFTER
                                                 : v->row->side;
        v->prefix = segment;
        v->pad = v->operand & AB_OP_MEM   ? AB_NEED_MEMORY
                 : v->row->need > b.count ? (uint8_t)(v->row->need - b.count)
                                          : 0;
        if (v->pad + b.count > INSN_BYTES_MAX)
                v->prefix = 0;
        v->operand |= AB_GPR_NONE | 15u << 4 | 2u << 16;
        return true;
}
