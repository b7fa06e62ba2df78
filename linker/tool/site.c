/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One record against the bytes of its site.
 */
#include "config.h"
#include "tool/account.h"

#include <string.h>

struct site {
        struct ab_account *account;
        struct ab_decoder *decoder;
        const struct ab_record *record;
        const struct ab_row *row; /* of the record's class */
        const uint8_t *bytes;
};

#define object(s, ...)                                                                             \
        ab_account_add((s)->account, AB_FINDING_RECORD, (s)->record->start, (s)->row, (s)->bytes,  \
                       (s)->record->site_bytes, __VA_ARGS__)

/* [from, to) of the site does nothing, instruction by instruction. */
static bool all_nops(struct site *s, unsigned from, unsigned to)
{
        while (from < to) {
                struct ab_mc_insn insn;

                ab_mc_decode(s->decoder, s->bytes + from, to - from, s->record->start + from,
                             &insn);
                if (!insn.bytes || !insn.nop)
                        return false;
                from += insn.bytes;
        }
        return true;
}

/* The segment an instruction's memory operand uses when no prefix says otherwise. */
static uint8_t default_segment(const struct ab_mc_insn *insn)
{
        const char *open = strchr(insn->text, '(');

        if (open &&
            (!strncmp(open, "(%esp", 5) || !strncmp(open, "(%ebp", 5) || !strncmp(open, "(%bp", 4)))
                return 0x36;
        return 0x3e;
}

/* Prefixes before an instruction with a memory operand must not change its segment. */
static bool prefixes_redundant(struct site *s, const struct ab_mc_insn *insn)
{
        const struct ab_record *r = s->record;
        const uint8_t *own = s->bytes + r->insn_offset;
        unsigned own_prefixes = ab_prefix_bytes(own, r->insn_bytes);
        uint8_t segment = default_segment(insn);

        for (unsigned i = 0; i < own_prefixes; i++)
                if (own[i] == 0x26 || own[i] == 0x2e || own[i] == 0x36 || own[i] == 0x3e ||
                    own[i] == 0x64 || own[i] == 0x65)
                        segment = own[i];
        for (unsigned i = 0; i < r->insn_offset; i++) {
                uint8_t prefix = s->bytes[i];

                if (prefix != 0x26 && prefix != 0x2e && prefix != 0x36 && prefix != 0x3e &&
                    !(insn->memory && prefix == segment))
                        return false;
                if (insn->memory && prefix != segment)
                        return false;
        }
        return true;
}

static void check_padding(struct site *s, const struct ab_mc_insn *whole)
{
        const struct ab_record *r = s->record;
        unsigned end = r->insn_offset + r->insn_bytes;

        if (r->padding == AB_PAD_PREFIX) {
                if (whole->bytes != r->site_bytes)
                        object(s, "padding and instruction do not decode as one instruction");
                else if (!prefixes_redundant(s, whole))
                        object(s, "padding is not made of redundant segment prefixes");
        } else if (!all_nops(s, 0, r->insn_offset) || !all_nops(s, end, r->site_bytes)) {
                object(s, "padding is not made of NOPs");
        }
}

/* Which side NOPs may stand on. */
static void check_side(struct site *s)
{
        unsigned padding = s->record->padding;
        const struct ab_row *row = s->row;

        if (row->side == AB_SIDE_NONE && padding != AB_PAD_NONE)
                object(s, "%s must not be padded: the address behind it is relied upon", row->name);
        if ((row->writes & AB_S_SHADOW) && padding == AB_PAD_NOP_AFTER &&
            (row->class_id == AB_CLASS_STI || AB_OP_SYS(s->record->operand) == 2))
                object(s, "NOPs behind %s: its shadow would end in the padding", row->name);
        if (row->fault && !(row->writes & AB_S_IP) && row->side != AB_SIDE_BEFORE &&
            padding == AB_PAD_NOP_BEFORE &&
            !((row->writes & AB_S_SHADOW) && AB_OP_SYS(s->record->operand) == 2))
                object(s, "NOPs before %s, which may fault: its address must be the site's start",
                       row->name);
        if (padding == AB_PAD_PREFIX && row->side != AB_SIDE_PREFIX)
                object(s, "%s must not be padded with prefixes", row->name);
}

/* Its memory operand is implied, so a call need not carry it. */
static bool is_string_io(const struct ab_row *row)
{
        return row->class_id == AB_CLASS_INS || row->class_id == AB_CLASS_OUTS;
}

static void check_size(struct site *s, const struct ab_mc_insn *insn)
{
        unsigned need = s->row->need;

        if (s->row->side == AB_SIDE_NONE)
                return;
        if (insn->memory && !is_string_io(s->row))
                need = s->record->insn_bytes + (unsigned)AB_NEED_MEMORY;
        if (s->record->site_bytes < need)
                object(s, "site of %u bytes, %s needs %u", s->record->site_bytes, s->row->name,
                       need);
}

/* A register that came through a macro argument: the pass writes "none". */
enum { UNKNOWN = 15 };

static void check_operands(struct site *s, const struct ab_mc_insn *insn)
{
        uint32_t said = s->record->operand, seen = insn->operand;
        uint32_t same = AB_OP_LOCK;

        switch (s->row->shape) {
        case AB_SHAPE_CR_SRC:
        case AB_SHAPE_CR_DST:
        case AB_SHAPE_DR_SRC:
        case AB_SHAPE_DR_DST:
                if (AB_OP_GPR(said) != AB_GPR_NONE && AB_OP_GPR(said) != AB_OP_GPR(seen))
                        object(s, "record names general register %u, the bytes say %s",
                               AB_OP_GPR(said), insn->text);
                /* fall through */
        case AB_SHAPE_SEG_ONE:
        case AB_SHAPE_SEG_SRC:
        case AB_SHAPE_SEG_DST:
                if (AB_OP_SYS(said) != UNKNOWN && AB_OP_SYS(said) != AB_OP_SYS(seen))
                        object(s, "record names system register %u, the bytes say %s",
                               AB_OP_SYS(said), insn->text);
                break;
        default:
                break;
        }
        if (s->row->class_id == AB_CLASS_INT || s->row->class_id == AB_CLASS_IN ||
            s->row->class_id == AB_CLASS_OUT) {
                same |= AB_OP_HAS_IMM;
                if ((seen & AB_OP_HAS_IMM) && AB_OP_IMM(said) != AB_OP_IMM(seen))
                        object(s, "record names %u, the bytes say %s", AB_OP_IMM(said), insn->text);
        }
        /* Elsewhere f2 and f3 are part of the opcode. */
        if (is_string_io(s->row))
                same |= AB_OP_REP | AB_OP_REPNE;
        else if (insn->memory && s->row->side == AB_SIDE_PREFIX)
                same |= AB_OP_MEM;
        if ((said ^ seen) & same)
                object(s, "record's operand word 0x%x contradicts %s", said, insn->text);
}

static void check_instruction(struct site *s, const struct ab_mc_insn *insn)
{
        const struct ab_record *r = s->record;

        if (insn->bytes != r->insn_bytes) {
                object(s, "record says %u bytes, the instruction has %u: %s", r->insn_bytes,
                       insn->bytes, insn->bytes ? insn->text : "not an instruction");
                return;
        }
        if (AB_RECORD_KIND_OF(r) != AB_KIND_INSN) {
                if (!insn->memory && insn->flow != AB_FLOW_CALL)
                        object(s, "record of an access to memory, the bytes say %s", insn->text);
                return;
        }
        if (!insn->row || insn->row->class_id != r->class_id) {
                object(s, "record says %s, the bytes say %s", s->row->name, insn->text);
                return;
        }
        check_side(s);
        check_size(s, insn);
        check_operands(s, insn);
}

void ab_account_site(struct ab_account *account, struct ab_decoder *decoder,
                     const struct ab_record *record)
{
        struct site s = {
            .account = account,
            .decoder = decoder,
            .record = record,
            .row = AB_RECORD_KIND_OF(record) == AB_KIND_INSN ? ab_row_of_class(record->class_id)
                                                             : NULL,
            .bytes = ab_image_bytes(account->image, record->start, record->site_bytes),
        };
        struct ab_mc_insn insn, whole;

        if (AB_RECORD_KIND_OF(record) == AB_KIND_HOOK) {
                if (!all_nops(&s, 0, record->site_bytes))
                        object(&s, "hook is not made of NOPs");
                return;
        }
        ab_mc_decode(decoder, s.bytes + record->insn_offset, record->insn_bytes,
                     record->start + record->insn_offset, &insn);
        ab_mc_decode(decoder, s.bytes, record->site_bytes, record->start, &whole);
        check_instruction(&s, &insn);
        check_padding(&s, &whole);
}
