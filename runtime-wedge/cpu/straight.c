/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the guest is, and how it came there: what the clocks ask (device/moment.c). */
#include "cpu.h"
#include "decode.h"

enum { CALL_BYTES = 6, MOST = 64 };

uint32_t guest_place(void)
{
        return vcpu.frame.eip;
}

/* The wedge has been asked for a port, and did that. */
static bool is_port(uint32_t vector)
{
        return (vector >= AB_VEC_IN && vector <= AB_VEC_IN_LAST) ||
               (vector >= AB_VEC_OUT && vector <= AB_VEC_OUT_LAST) ||
               (vector >= AB_VEC_IN_IMM && vector <= AB_VEC_IN_IMM_LAST) ||
               (vector >= AB_VEC_OUT_IMM && vector <= AB_VEC_OUT_IMM_LAST);
}

/*
 * A conditional jump back to the site that ends at 0, or before it: had it been taken, that site
 * would have been executed again.  @at: of the jump.
 */
static bool repeats_all(const struct ab_insn *insn, const uint8_t *code, uint32_t at)
{
        const uint8_t *offset = code + at + insn->imm_at;
        int32_t to = (int32_t)(at + insn->length);

        if (insn->data16) /* goes elsewhere, and its offset is short */
                return false;
        if (insn->map == AB_MAP_1 && insn->opcode >> 4 == 7)
                to += (int8_t)offset[0];
        else if (insn->map == AB_MAP_0F && insn->opcode >> 4 == 8)
                to += (int32_t)(offset[0] | offset[1] << 8 | offset[2] << 16 |
                                (uint32_t)offset[3] << 24);
        else
                return false;
        return to <= -CALL_BYTES;
}

/* Of the @bytes at @from each instruction goes on to the next. */
static __attribute__((noinline)) bool is_straight(uint32_t from, uint32_t bytes)
{
        uint8_t code[MOST];
        uint32_t at = 0;
        struct ab_insn insn;

        if (code_read(from, code, bytes) != bytes)
                return false;
        while (at < bytes) {
                if (bytes - at >= CALL_BYTES && is_port(called_vector(code + at))) {
                        at += CALL_BYTES;
                        continue;
                }
                if (!ab_decode(code + at, bytes - at, &insn) ||
                    (insn.transfers && !repeats_all(&insn, code, at)))
                        return false;
                at += insn.length;
        }
        return true;
}

bool guest_came_straight(uint32_t from)
{
        uint32_t bytes = vcpu.frame.eip - CALL_BYTES - from;

        return bytes <= MOST && is_straight(from, bytes);
}
