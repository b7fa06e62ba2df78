/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads bound code back.  What a site became is told from its bytes alone, by the promises of
 * afterburn/wedge.h, and not by asking the binder.
 */
#include "config.h"
#include "tool/bound.h"

#include <string.h>

#include "core/vector.h"
#include "host/diag.h"

static uint32_t word(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

const struct ab_wedge_description *ab_bound_mark(const struct ab_image *image)
{
        const struct ab_section *section = ab_image_section(image, AB_BOUND_SECTION);
        static struct ab_wedge_description mark;

        if (!section)
                return NULL;
        if (!section->data || section->bytes != sizeof(mark) ||
            word(section->data) != AB_WEDGE_MAGIC)
                ab_die(AB_EXIT_ERROR, "%s: its mark is damaged: link the image again", image->path);
        memcpy(&mark, section->data, sizeof(mark));
        mark.hypervisor[AB_HYPERVISOR_BYTES - 1] = 0;
        return &mark;
}

unsigned ab_bound_step(struct ab_decoder *decoder, const struct ab_record *record,
                       const uint8_t *code, unsigned at, struct ab_mc_insn *insn)
{
        if (at >= record->site_bytes)
                return 0;
        ab_mc_decode(decoder, code + at, record->site_bytes - at, record->start + at, insn);
        return insn->bytes;
}

/* A call, behind a pushed immediate or not. */
static bool find_call(const struct ab_wedge *wedge, const struct ab_record *record,
                      const uint8_t *code, struct ab_bound_code *found)
{
        unsigned push = code[0] == 0x6a ? 2 : code[0] == 0x68 ? 5 : 0;
        uint32_t vector;

        if (record->site_bytes < push + 6 || code[push] != 0xff || code[push + 1] != 0x15)
                return false;
        vector = word(code + push + 2) - wedge->vectors;
        if (vector % 4 || vector >= AB_VECTOR_TABLE_BYTES)
                return false;
        found->kind = AB_BOUND_CALL;
        found->vector = vector / 4;
        found->code_bytes = push + 6;
        return true;
}

/* Inline code touches a word of the virtual processor. */
static bool touches_vcpu(const struct ab_wedge *wedge, const struct ab_record *record,
                         const uint8_t *code)
{
        unsigned at;

        for (at = 0; at + 4 <= record->site_bytes; at++)
                if (word(code + at) - wedge->vcpu < AB_VCPU_BYTES)
                        return true;
        return false;
}

struct ab_bound_code ab_bound_look(struct ab_decoder *decoder, const struct ab_wedge *wedge,
                                   const struct ab_record *record, const uint8_t *code)
{
        struct ab_bound_code found = {.kind = AB_BOUND_NATIVE, .code_bytes = record->site_bytes};
        unsigned at = 0, length, instructions = record->class_id == AB_CLASS_PUSHF ? 3 : 1;
        unsigned kind = AB_RECORD_KIND_OF(record);
        struct ab_mc_insn insn;

        if (find_call(wedge, record, code, &found)) {
                /* behind it the carried operand, or the access it announces */
                if (ab_vector_carries(found.vector % AB_VECTORS) ||
                    (kind != AB_KIND_INSN && kind != AB_KIND_HOOK))
                        found.code_bytes +=
                            ab_bound_step(decoder, record, code, found.code_bytes, &insn);
        } else if (touches_vcpu(wedge, record, code)) {
                found.kind = AB_BOUND_INLINE;
                for (; instructions && (length = ab_bound_step(decoder, record, code, at, &insn));
                     instructions--)
                        at += length;
                found.code_bytes = at;
        }
        return found;
}
