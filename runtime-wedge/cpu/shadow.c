/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boundaries: where the guest may not be interrupted, what address an interrupt shows, and
 * where a return may go.  The answers are in the bytes of the bound code itself.
 */
#include <afterburn/insn.h>
#include "decode.h"
#include "cpu.h"

enum { CALL_BYTES = 6, LONGEST_FILL = 16, JUMP_BYTES = 6 };

extern char vcpu_step_end[];

/* A copied instruction with the jump behind it. */
uint8_t vcpu_step_code[AB_INSN_MAX + JUMP_BYTES];
static const uint32_t step_end = (uint32_t)vcpu_step_end;

static uint32_t word_at(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t called_vector(const uint8_t *p)
{
        uint32_t word = word_at(p + 2) - (uint32_t)vcpu_vectors;

        if (p[0] != 0xff || p[1] != 0x15 || word >= sizeof(vcpu_vectors) || word % 4)
                return AB_VECTORS;
        return word / 4 % AB_VECTORS;
}

uint32_t skip_nops(uint32_t eip)
{
        uint8_t code[LONGEST_FILL];
        uint32_t bytes = code_read(eip, code, LONGEST_FILL), at = 0, length;

        while ((length = ab_nop_length(code + at, bytes - at)))
                at += length;
        return eip + at;
}

/* Inside of `push; call *vector' a native guest would be inside of one instruction. */
uint32_t skip_site(uint32_t eip)
{
        uint8_t code[2 * 11];
        uint32_t back = 10, bytes, i;

        if (back > eip % AB_PAGE_BYTES)
                back = eip % AB_PAGE_BYTES;
        bytes = code_read(eip - back, code, back + CALL_BYTES - 1);
        for (i = 0; i + CALL_BYTES <= bytes; i++) {
                uint32_t start = i, vector = called_vector(code + i);

                if (vector == AB_VECTORS)
                        continue;
                if ((vector >= AB_VEC_IN_IMM && vector <= AB_VEC_IN_IMM_LAST) ||
                    (vector >= AB_VEC_OUT_IMM && vector <= AB_VEC_OUT_IMM_LAST))
                        start = i - 2;
                if ((int32_t)start < (int32_t)back && back < i + CALL_BYTES)
                        return skip_nops(eip - back + i + CALL_BYTES);
        }
        return eip;
}

static enum shadow shadow_of(uint32_t vector)
{
        if (vector == AB_VEC_STI_DEFER)
                return SHADOW_DEFER;
        if (vector == AB_VEC_STI_STEP || vector == AB_VEC_POP_SEG + SEG_SS ||
            vector == AB_VEC_POP_SEG + 6 + SEG_SS || vector == AB_VEC_MOV_TO_SEG_MEM + SEG_SS ||
            (vector >= AB_VEC_MOV_TO_SEG + 8 * SEG_SS &&
             vector < AB_VEC_MOV_TO_SEG + 8 * SEG_SS + 8))
                return SHADOW_STEP;
        return SHADOW_NONE;
}

/* The call may be followed by NOPs that fill its site up: not that of a sti, which takes all of it.
 */
enum shadow shadow_at(uint32_t eip)
{
        uint8_t code[CALL_BYTES + LONGEST_FILL];
        uint32_t back = sizeof(code), at;

        if (back > eip % AB_PAGE_BYTES)
                back = eip % AB_PAGE_BYTES;
        if (back < CALL_BYTES || code_read(eip - back, code, back) != back)
                return SHADOW_NONE;
        for (at = back - CALL_BYTES;; at--) {
                uint32_t fill = at + CALL_BYTES, vector = called_vector(code + at), length;

                if (vector != AB_VECTORS) {
                        while (fill < back && (length = ab_nop_length(code + fill, back - fill)))
                                fill += length;
                        if (fill != back || (vector == AB_VEC_STI_STEP && at + CALL_BYTES != back))
                                return SHADOW_NONE;
                        return shadow_of(vector);
                }
                if (!at)
                        return SHADOW_NONE;
        }
}

/*
 * The copy runs with the guest's registers, in the wedge's memory; then vcpu_step_end saves
 * them again.  The binder promises that the instruction can be moved; where something else
 * follows it is not copied, and delivery is not delayed.  A NOP is done by going behind it.
 */
bool step_prepare(uint32_t eip)
{
        struct ab_insn insn;
        uint32_t i;
        uint32_t bytes = code_read(eip, vcpu_step_code, AB_INSN_MAX);
        uint32_t nop = ab_nop_length(vcpu_step_code, bytes);

        vcpu.frame.eip = eip + nop;
        if (nop)
                return false;
        if (!ab_decode(vcpu_step_code, bytes, &insn) || insn.transfers ||
            ab_classify(&insn) != AB_CLASS_NONE)
                return false;
        vcpu_step_code[insn.length] = 0xff; /* jmp *step_end */
        vcpu_step_code[insn.length + 1] = 0x25;
        for (i = 0; i < 4; i++)
                vcpu_step_code[insn.length + 2 + i] = (uint32_t)&step_end >> 8 * i;
        vcpu.site = eip;
        vcpu.site_esp = vcpu.frame.esp;
        vcpu.stepping = insn.length;
        vcpu.attention |= AT_EXIT_SHADOW;
        vcpu.frame.eip = (uint32_t)vcpu_step_code;
        return true;
}

void vcpu_stepped(void)
{
        vcpu.frame.eip = vcpu.site + vcpu.stepping;
        vcpu.stepping = 0;
        vcpu.attention &= ~(uint32_t)AT_EXIT_SHADOW;
        vcpu_leave();
}

/* Between the instructions that stand for one pushf: its own, an imul of flags_differ, a xor. */
static bool inside_inline_site(uint32_t eip)
{
        enum { PUSHF = 0x9c, IMUL = 0x6b, XOR = 0x31, BEFORE = 7, BEHIND = 6 };
        const uint32_t differ = (uint32_t)&vcpu.ab.flags_differ;
        uint8_t code[BEFORE + BEHIND];
        const uint8_t *p = code + BEFORE;

        if (code_read(eip - BEFORE, code, sizeof(code)) != sizeof(code))
                return false;
        if (p[-1] == PUSHF)
                return p[0] == IMUL && word_at(p + 2) == differ;
        return p[-7] == IMUL && word_at(p - 5) == differ && p[0] == XOR && p[2] == 0x24;
}

/* Between a push and the call it is for. */
static bool inside_call_site(uint32_t eip)
{
        enum { PUSH_BYTE = 0x6a, PUSH_WORD = 0x68, LONGEST = 5 };
        uint8_t code[LONGEST + CALL_BYTES];
        uint32_t vector;

        if (code_read(eip - LONGEST, code, sizeof(code)) != sizeof(code))
                return false;
        vector = called_vector(code + LONGEST);
        if (vector == AB_VECTORS)
                return false;
        if ((vector >= AB_VEC_IN_IMM && vector <= AB_VEC_IN_IMM_LAST) ||
            (vector >= AB_VEC_OUT_IMM && vector <= AB_VEC_OUT_IMM_LAST))
                return code[LONGEST - 2] == PUSH_BYTE;
        return code[0] == PUSH_WORD &&
               ((vector >= AB_VEC_LRET_IMM && vector <= AB_VEC_LRET_IMM_LAST) ||
                (vector >= AB_VEC_LJMP && vector <= AB_VEC_LJMP_LAST) ||
                (vector >= AB_VEC_LCALL && vector <= AB_VEC_LCALL_LAST));
}

/* A guest that single-steps must not see the instructions of a site one by one. */
bool inside_site(uint32_t eip)
{
        return inside_inline_site(eip) || inside_call_site(eip);
}

/* The last instructions before @eip are the wedge's: they have to do with its processor. */
bool behind_inline_site(uint32_t eip)
{
        enum { BEFORE = 12 };
        uint8_t code[BEFORE];
        uint32_t at;

        if (code_read(eip - BEFORE, code, BEFORE) != BEFORE)
                return false;
        for (at = 0; at + 4 <= BEFORE; at++)
                if (word_at(code + at) - (uint32_t)&vcpu.ab < sizeof(vcpu.ab))
                        return true;
        return false;
}
