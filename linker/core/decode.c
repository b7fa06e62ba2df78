/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instruction lengths, by one character per opcode:
 *
 *   .  nothing follows          m  modrm            ?  not an instruction
 *   b  imm8      z  imm16/32    w  imm16            e  enter: imm16, imm8
 *   B  modrm, imm8              Z  modrm, imm16/32
 *   T  modrm, imm8 if reg < 2   U  modrm, imm16/32 if reg < 2
 *   o  address                  c  register-only modrm (control registers)
 * and those that may continue elsewhere:
 *   j  rel8      J  rel16/32    x  nothing          t  imm8        W  imm16
 *   p  far pointer              G  modrm; reg 2 to 5 transfer
 * P is a prefix; 2, 3 and 4 escape to the maps 0f, 0f 38 and 0f 3a.
 */
#include "decode.h"

static const char map_1[] = "mmmmbz..mmmmbz.2"
                            "mmmmbz..mmmmbz.."
                            "mmmmbzP.mmmmbzP."
                            "mmmmbzP.mmmmbzP."
                            "................"
                            "................"
                            "..mmPPPPzZbB...."
                            "jjjjjjjjjjjjjjjj"
                            "BZBBmmmmmmmmmmmm"
                            "..........p....."
                            "oooo....bz......"
                            "bbbbbbbbzzzzzzzz"
                            "BBWxmmBZe.Wxxtxx"
                            "mmmmbb..mmmmmmmm"
                            "jjjjbbbbJJpj...."
                            "PxPP..TU......mG";

static const char map_0f[] = "mmmm?x.x..?x?m.B"
                             "mmmmmmmmmmmmmmmm"
                             "cccc????mmmmmmmm"
                             "....xx?.3?4?????"
                             "mmmmmmmmmmmmmmmm"
                             "mmmmmmmmmmmmmmmm"
                             "mmmmmmmmmmmmmmmm"
                             "BBBBmmm.mm??mmmm"
                             "JJJJJJJJJJJJJJJJ"
                             "mmmmmmmmmmmmmmmm"
                             "...mBm??..xmBmmm"
                             "mmmmmmmmmxBmmmmm"
                             "mmBmBBBm........"
                             "mmmmmmmmmmmmmmmm"
                             "mmmmmmmmmmmmmmmm"
                             "mmmmmmmmmmmmmmmx";

_Static_assert(sizeof(map_1) == 257 && sizeof(map_0f) == 257, "an opcode map is not complete");

/* Bytes of modrm, sib and displacement; 0 where they do not fit in @avail. */
static unsigned operand_length(const uint8_t *p, uint32_t avail, bool addr16, uint8_t *segment)
{
        unsigned mod = p[0] >> 6, rm = p[0] & 7, n = 1;

        *segment = 0;
        if (mod == 3)
                return 1;
        *segment = 0x3e;
        if (addr16) {
                if (mod == 0)
                        n += rm == 6 ? 2 : 0;
                else
                        n += mod;
                if (rm == 2 || rm == 3 || (rm == 6 && mod != 0))
                        *segment = 0x36;
                return n <= avail ? n : 0;
        }
        if (rm == 4) {
                unsigned base;

                if (avail < 2)
                        return 0;
                n++;
                base = p[1] & 7;
                if (base == 5 && mod == 0)
                        n += 4;
                if (base == 4 || (base == 5 && mod != 0))
                        *segment = 0x36;
        } else if (rm == 5) {
                if (mod == 0)
                        n += 4;
                else
                        *segment = 0x36;
        }
        if (mod == 1)
                n += 1;
        else if (mod == 2)
                n += 4;
        return n <= avail ? n : 0;
}

/* Take one prefix; false where @byte is none. */
static bool take_prefix(struct ab_insn *insn, uint8_t byte)
{
        switch (byte) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:
                insn->seg = byte;
                return true;
        case 0x66:
                insn->data16 = true;
                return true;
        case 0x67:
                insn->addr16 = true;
                return true;
        case 0xf0:
                insn->lock = true;
                return true;
        case 0xf2:
                insn->repne = true;
                return true;
        case 0xf3:
                insn->rep = true;
                return true;
        }
        return false;
}

/* Read the opcode; returns its letter, '?' where there is none. */
static char take_opcode(const uint8_t *bytes, uint32_t avail, unsigned *at, struct ab_insn *insn)
{
        char what;

        if (*at >= avail)
                return '?';
        insn->opcode = bytes[(*at)++];
        insn->map = AB_MAP_1;
        what = map_1[insn->opcode];
        if (what != '2')
                return what;
        if (*at >= avail)
                return '?';
        insn->opcode = bytes[(*at)++];
        insn->map = AB_MAP_0F;
        what = map_0f[insn->opcode];
        if (what != '3' && what != '4')
                return what;
        if (*at >= avail)
                return '?';
        insn->opcode = bytes[(*at)++];
        insn->map = what == '3' ? AB_MAP_0F38 : AB_MAP_0F3A;
        return what == '3' ? 'm' : 'B';
}

/* lds, les, bound, arpl aside, c4, c5 and 62 with a register are VEX and EVEX. */
static bool is_vector_escape(const struct ab_insn *insn)
{
        return insn->map == AB_MAP_1 && insn->modrm >= 0xc0 &&
               (insn->opcode == 0xc4 || insn->opcode == 0xc5 || insn->opcode == 0x62);
}

unsigned ab_decode(const uint8_t *bytes, uint32_t avail, struct ab_insn *insn)
{
        static const struct ab_insn none;
        unsigned at = 0, imm = 0, word;
        char what;

        *insn = none;
        if (avail > AB_INSN_MAX)
                avail = AB_INSN_MAX;
        while (at < avail && map_1[bytes[at]] == 'P' && take_prefix(insn, bytes[at]))
                at++;
        insn->opcode_at = at;
        what = take_opcode(bytes, avail, &at, insn);
        word = insn->data16 ? 2 : 4;

        switch (what) {
        case '?':
        case 'P':
                return 0;
        case 'm':
        case 'B':
        case 'Z':
        case 'T':
        case 'U':
        case 'G':
        case 'c':
                if (at >= avail)
                        return 0;
                insn->modrm_at = at;
                insn->modrm = bytes[at];
                insn->operand_bytes =
                    what == 'c'
                        ? 1
                        : operand_length(bytes + at, avail - at, insn->addr16, &insn->default_seg);
                if (!insn->operand_bytes || is_vector_escape(insn))
                        return 0;
                insn->memory = what != 'c' && insn->modrm < 0xc0;
                at += insn->operand_bytes;
                break;
        case 'o':
                insn->memory = true;
                insn->default_seg = 0x3e;
                break;
        }

        switch (what) {
        case 'b':
        case 'B':
                imm = 1;
                break;
        case 'z':
        case 'Z':
                imm = word;
                break;
        case 'w':
                imm = 2;
                break;
        case 'e':
                imm = 3;
                break;
        case 'o':
                imm = insn->addr16 ? 2 : 4;
                break;
        case 'T':
                imm = (insn->modrm >> 3 & 7) < 2 ? 1 : 0;
                break;
        case 'U':
                imm = (insn->modrm >> 3 & 7) < 2 ? word : 0;
                break;
        case 'j':
        case 't':
                imm = 1;
                insn->transfers = true;
                break;
        case 'J':
                imm = word;
                insn->transfers = true;
                break;
        case 'W':
                imm = 2;
                insn->transfers = true;
                break;
        case 'p':
                imm = word + 2;
                insn->transfers = true;
                break;
        case 'x':
                insn->transfers = true;
                break;
        case 'G':
                insn->transfers = (insn->modrm >> 3 & 7) >= 2 && (insn->modrm >> 3 & 7) <= 5;
                break;
        }
        if (imm) {
                if (avail - at < imm)
                        return 0;
                insn->imm_at = at;
        }
        insn->length = at + imm;
        return insn->length;
}
