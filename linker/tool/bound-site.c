/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit of a bound site: is what stands there code of this wedge for this class?
 *
 * Judged by afterburn/wedge.h, not by the binder: a call goes through a vector of the record's
 * class, inline code touches the word of the virtual processor that the class is about and
 * nothing else, native code has a reason, and what is left over does nothing.
 */
#include "config.h"
#include "tool/account.h"

#include <ctype.h>
#include <string.h>

#include "core/vector.h"
#include "tool/bound.h"

struct site {
        struct ab_account *account;
        struct ab_decoder *decoder;
        const struct ab_record *record;
        const struct ab_row *row;
        const uint8_t *bytes;
        struct ab_bound_code code;
};

#define object(s, ...)                                                                             \
        ab_account_add((s)->account, AB_FINDING_RECORD, (s)->record->start, (s)->row, (s)->bytes,  \
                       (s)->record->site_bytes, __VA_ARGS__)

static bool is_insn(const struct site *s)
{
        return AB_RECORD_KIND_OF(s->record) == AB_KIND_INSN;
}

/* --- calls ------------------------------------------------------------------------------- */

/* What the vectors of the site are called: this, or this and more behind an underscore. */
static void vector_word(const struct site *s, char word[24])
{
        static const char *const kinds[] = {
            [AB_KIND_PT_STORE] = "PT_STORE",
            [AB_KIND_PT_READ] = "PT_READ",
            [AB_KIND_DEVICE] = "DEVICE",
            [AB_KIND_HOOK] = "HOOK",
        };
        unsigned i;

        if (!is_insn(s)) {
                strcpy(word, kinds[AB_RECORD_KIND_OF(s->record)]);
                return;
        }
        switch ((enum ab_class)s->record->class_id) {
        case AB_CLASS_LDS:
        case AB_CLASS_LES:
        case AB_CLASS_LFS:
        case AB_CLASS_LGS:
        case AB_CLASS_LSS:
                strcpy(word, "LOAD_FAR");
                return;
        case AB_CLASS_WBNOINVD:
                strcpy(word, "WBINVD");
                return;
        case AB_CLASS_RDPID:
        case AB_CLASS_RDPRU:
        case AB_CLASS_VIRT:
        case AB_CLASS_PLATFORM:
                strcpy(word, "UNDEFINED");
                return;
        default:
                for (i = 0; s->row->name[i]; i++)
                        word[i] = (char)toupper((unsigned char)s->row->name[i]);
                word[i] = 0;
        }
}

static void check_call(struct site *s)
{
        uint32_t entry;
        const char *name = ab_vector_name(s->code.vector % AB_VECTORS, &entry);
        char word[24];
        size_t length;

        vector_word(s, word);
        length = strlen(word);
        if (strncmp(name, word, length) || (name[length] && name[length] != '_'))
                object(s, "bound to a call of %s, the record says %s", name, word);
        if (s->code.vector >= AB_VECTORS && s->record->dead_flags != AB_FLAGS_ALL)
                object(s, "bound to a vector that destroys flags the record does not call dead");
        if (AB_RECORD_KIND_OF(s->record) == AB_KIND_HOOK && entry != s->record->operand)
                object(s, "bound to hook %u, the record says %u", entry, s->record->operand);
}

/* --- inline code ------------------------------------------------------------------------- */

static uint32_t word_at(const uint8_t *p)
{
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* mov ADDRESS,%reg at @p; returns its length, 0: it is none. */
static unsigned load_of(const uint8_t *p, uint32_t *address, unsigned *reg)
{
        *reg = p[0] == 0xa1 ? AB_EAX : p[1] >> 3 & 7u;
        if (p[0] == 0xa1) {
                *address = word_at(p + 1);
                return 5;
        }
        *address = word_at(p + 2);
        return p[0] == 0x8b && (p[1] & 0xc7) == 0x05 ? 6 : 0;
}

/* Number of word @address in a row of @count words that begins at @base; @count: in none. */
static unsigned in_row(uint32_t address, uint32_t base, unsigned count)
{
        uint32_t offset = address - base;

        return offset % 4 || offset / 4 >= count ? count : offset / 4;
}

/* A read of one of @count registers at @base that agrees with what the record knows. */
static bool reads_register(const struct site *s, const uint8_t *p, unsigned offset, unsigned count)
{
        uint32_t said = s->record->operand, address;
        unsigned reg, number;

        if (!load_of(p, &address, &reg))
                return false;
        number = in_row(address, s->account->bound->wedge.vcpu + offset, count);
        return number < count && (AB_OP_SYS(said) == AB_GPR_NONE || AB_OP_SYS(said) == number) &&
               (AB_OP_GPR(said) == AB_GPR_NONE || AB_OP_GPR(said) == reg);
}

/* pushfl; imul $AB_FLAGS_SCALE,flags_differ,%reg; xor %reg,(%esp), what it destroys being dead. */
static bool reads_flags(const struct site *s)
{
        const uint8_t *p = s->bytes;
        unsigned reg = p[2] >> 3 & 7u;

        return p[0] == 0x9c && p[1] == 0x6b && (p[2] & 0xc7) == 0x05 &&
               word_at(p + 3) == s->account->bound->wedge.vcpu + AB_VCPU_FLAGS_DIFFER &&
               p[7] == AB_FLAGS_SCALE && p[8] == 0x31 && p[9] == (0x04 | reg << 3) &&
               p[10] == 0x24 && reg != AB_ESP && s->record->dead_gprs >> reg & 1 &&
               s->record->dead_flags == AB_FLAGS_ALL;
}

static bool is_inline_code(const struct site *s)
{
        uint32_t vcpu = s->account->bound->wedge.vcpu;
        unsigned size = s->bytes[0] == 0x66;
        const uint8_t *p = s->bytes + size;

        switch ((enum ab_class)s->record->class_id) {
        case AB_CLASS_CLI:
                return p[0] == 0xc6 && p[1] == 0x05 && word_at(p + 2) == vcpu + AB_VCPU_IF &&
                       p[6] == AB_IF_OFF;
        case AB_CLASS_PUSHF:
                return reads_flags(s);
        case AB_CLASS_MOV_FROM_CR:
                return !size && reads_register(s, p, AB_VCPU_CR(0), 5);
        case AB_CLASS_MOV_FROM_DR:
                return !size && reads_register(s, p, AB_VCPU_DR(0), 8);
        case AB_CLASS_MOV_FROM_SEG:
                return reads_register(s, p, AB_VCPU_SEG(0), 6);
        case AB_CLASS_PUSH_SEG:
                return p[0] == 0xff && p[1] == 0x35 &&
                       in_row(word_at(p + 2), vcpu + AB_VCPU_SEG(0), 6) < 6;
        default:
                return false;
        }
}

/* --- native code --------------------------------------------------------------------------- */

/* Why a site may be as it was: the wedge wants it so, it traps, a notice has no room. */
static bool may_be_native(const struct site *s)
{
        unsigned kind = AB_RECORD_KIND_OF(s->record);
        unsigned row = is_insn(s) ? s->record->class_id : AB_ROW_KIND(kind);

        if (s->account->bound->wedge.native[row / 32] >> row % 32 & 1)
                return true;
        if (is_insn(s))
                return s->row->side == AB_SIDE_NONE;
        return kind != AB_KIND_HOOK &&
               AB_NEED_ACCESS + s->record->insn_bytes > s->record->site_bytes;
}

/* Does execution go on behind the class's instruction? */
static enum ab_flow flow_of(const struct site *s)
{
        if (!is_insn(s))
                return AB_FLOW_NEXT;
        switch ((enum ab_class)s->record->class_id) {
        case AB_CLASS_IRET:
        case AB_CLASS_LRET:
        case AB_CLASS_LJMP:
        case AB_CLASS_SYSEXIT:
        case AB_CLASS_SYSRET:
                return AB_FLOW_END;
        case AB_CLASS_LCALL:
                return AB_FLOW_CALL;
        default:
                return AB_FLOW_NEXT;
        }
}

/* The NOPs that fill up, and the access that a call announces. */
static void check_rest(struct site *s)
{
        bool access = !is_insn(s) && AB_RECORD_KIND_OF(s->record) != AB_KIND_HOOK;
        unsigned at = s->code.kind == AB_BOUND_CALL && access ? AB_NEED_CALL : s->code.code_bytes;
        unsigned length;
        struct ab_mc_insn insn;

        if (s->code.kind == AB_BOUND_CALL && access) {
                at += ab_bound_step(s->decoder, s->record, s->bytes, at, &insn);
                if (!insn.bytes || insn.row || (!insn.memory && insn.flow != AB_FLOW_CALL))
                        object(s, "no access to memory behind the call that announces it");
        }
        for (; at < s->record->site_bytes; at += length) {
                length = ab_bound_step(s->decoder, s->record, s->bytes, at, &insn);
                if (!length || !insn.nop) {
                        object(s, "behind the bound code: %s, which is not a NOP",
                               length ? insn.text : "no instruction");
                        return;
                }
        }
}

/* Comparisons above may look a little beyond the end of a short site. */
enum { BEYOND = 16 };

enum ab_flow ab_account_bound_site(struct ab_account *account, struct ab_decoder *decoder,
                                   const struct ab_record *record)
{
        struct site s = {
            .account = account,
            .decoder = decoder,
            .record = record,
            .row = AB_RECORD_KIND_OF(record) == AB_KIND_INSN ? ab_row_of_class(record->class_id)
                                                             : NULL,
        };
        uint8_t bytes[UINT8_MAX + BEYOND] = {0};

        memcpy(bytes, ab_image_bytes(account->image, record->start, record->site_bytes),
               record->site_bytes);
        s.bytes = bytes;
        s.code = ab_bound_look(decoder, &account->bound->wedge, record, bytes);
        account->bound_kinds[s.code.kind]++;
        switch (s.code.kind) {
        case AB_BOUND_NATIVE:
                if (!may_be_native(&s))
                        object(&s, "not bound");
                else
                        ab_account_site(account, decoder, record);
                return flow_of(&s);
        case AB_BOUND_CALL:
                check_call(&s);
                break;
        case AB_BOUND_INLINE:
                if (!is_inline_code(&s))
                        object(&s, "code on the virtual processor that is not for this class");
                break;
        }
        check_rest(&s);
        return flow_of(&s);
}
