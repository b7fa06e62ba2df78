/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Run every bound form natively, as a 32-bit process, with a recording wedge:
 * each vector notes how it was entered and returns.  Every register and flag
 * must come through, and inline code must do what the instruction does.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "image.h"

struct state {
        uint32_t gpr[8]; /* Intel's order */
        uint32_t flags;
};

/* Shared with run-site.S. */
extern struct state rs_state, rs_entry;
extern uint32_t rs_target, rs_vector, rs_return, rs_imm, rs_leave, rs_common;
extern uint8_t rs_imm_words[];
void rs_run(void);

uint8_t rs_imm_words[2 * AB_VECTORS];

#define FLAGS_TESTED 0xcd5  /* CF PF AF ZF SF DF OF */
#define FLAGS_KEPT   0x7200 /* IF IOPL NT: the wedge's.  A process has IF and not the others. */

static uint32_t guest_stack[1024];
static struct ab_vcpu *const vcpu = (struct ab_vcpu *)BT_VCPU;

static void *map_at(uint32_t address, size_t bytes)
{
        void *got = mmap((void *)address, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

        if (got != (void *)address)
                bt_ok(false, "memory at 0x%x", address);
        return got;
}

/* push $vector; jmp rs_common: one for each entry of the table. */
static void make_vectors(void)
{
        uint32_t *table = map_at(BT_VECTORS, AB_VECTOR_TABLE_BYTES), i;
        uint8_t *stub = map_at(BT_STUBS, 2 * AB_VECTORS * 16);

        for (i = 0; i < 2 * AB_VECTORS; i++, stub += 16) {
                uint32_t relative = (uint32_t)&rs_common - ((uint32_t)stub + 10);

                table[i] = (uint32_t)stub;
                stub[0] = 0x68;
                memcpy(stub + 1, &i, 4);
                stub[5] = 0xe9;
                memcpy(stub + 6, &relative, 4);
        }
}

static void mark_imm(uint32_t first, uint32_t last)
{
        for (; first <= last; first++)
                rs_imm_words[first] = rs_imm_words[AB_VECTORS + first] = 4;
}

static uint32_t seed = 12345;

static uint32_t random_word(void)
{
        seed = seed * 1664525 + 1013904223;
        return seed ^ seed >> 15;
}

static void randomise(struct state *state)
{
        unsigned i;

        for (i = 0; i < 8; i++)
                state->gpr[i] = random_word();
        state->gpr[AB_ESP] = (uint32_t)&guest_stack[512];
        state->flags = (random_word() & FLAGS_TESTED) | 0x202;
        for (i = 0; i < 1024; i++)
                guest_stack[i] = random_word();
        for (i = 0; i < 5; i++)
                vcpu->cr[i] = random_word();
        for (i = 0; i < 8; i++)
                vcpu->dr[i] = random_word();
        for (i = 0; i < 6; i++)
                vcpu->seg[i] = random_word() & 0xffff;
        vcpu->flags_differ = (random_word() & FLAGS_KEPT) / AB_FLAGS_SCALE;
}

static bool same(const struct state *a, const struct state *b)
{
        return !memcmp(a->gpr, b->gpr, sizeof(a->gpr)) &&
               (a->flags & FLAGS_TESTED) == (b->flags & FLAGS_TESTED);
}

/* The wedge saw the guest as it was, and the guest did not see the wedge. */
static bool check_call(const struct bt_form *form, const struct ab_record *record,
                       const struct state *before)
{
        struct state entered = rs_entry;
        uint32_t pushed = rs_imm_words[form->vector] ? 4 : 0;
        const uint8_t *site = (const uint8_t *)record->start;
        uint32_t push_bytes = !pushed ? 0 : site[0] == 0x6a ? 2 : 5;

        entered.gpr[AB_ESP] += 4 + pushed;
        return rs_vector == form->vector && rs_return == record->start + push_bytes + 6 &&
               same(&entered, before) && same(&rs_state, before);
}

/* What the instruction, and nothing else, does. */
static bool check_inline(const struct ab_record *record, const uint8_t *insn, struct state *want,
                         uint32_t differed)
{
        unsigned at = insn[0] == 0x66, reg, sys;
        uint32_t *stack = (uint32_t *)want->gpr[AB_ESP] - 1, value;

        if (insn[at] == 0x0f)
                at++;
        reg = insn[at + 1] & 7;
        sys = insn[at + 1] >> 3 & 7;
        switch (record->class_id) {
        case AB_CLASS_CLI:
                return same(&rs_state, want) &&
                       vcpu->flags_differ == (differed | 0x200 / AB_FLAGS_SCALE);
        case AB_CLASS_PUSHF:
                want->gpr[AB_ESP] -= 4;
                for (reg = 0; reg < 8; reg++)
                        if (record->dead_gprs >> reg & 1)
                                want->gpr[reg] = rs_state.gpr[reg];
                value = want->flags;
                want->flags = rs_state.flags;
                return same(&rs_state, want) &&
                       *stack % 0x8000 == (value ^ differed * AB_FLAGS_SCALE) % 0x8000;
        case AB_CLASS_PUSH_SEG:
                sys = insn[at] == 0xa0 ? 4 : insn[at] == 0xa8 ? 5 : insn[at] >> 3;
                want->gpr[AB_ESP] -= 4;
                return same(&rs_state, want) && *stack == vcpu->seg[sys];
        case AB_CLASS_MOV_FROM_CR:
                want->gpr[reg] = vcpu->cr[sys];
                return same(&rs_state, want);
        case AB_CLASS_MOV_FROM_DR:
                want->gpr[reg] = vcpu->dr[sys];
                return same(&rs_state, want);
        case AB_CLASS_MOV_FROM_SEG:
                want->gpr[reg] = insn[0] == 0x66 ? (want->gpr[reg] & 0xffff0000) | vcpu->seg[sys]
                                                 : vcpu->seg[sys];
                return same(&rs_state, want);
        }
        return false;
}

static bool run_form(const struct bt_form *form, const struct ab_record *record,
                     const uint8_t *original)
{
        unsigned round;

        for (round = 0; round < 200; round++) {
                struct state before;
                uint32_t differed;

                randomise(&rs_state);
                before = rs_state;
                differed = vcpu->flags_differ;
                rs_target = record->start;
                rs_vector = ~0u;
                rs_run();
                if (form->shape == AB_SHAPE_CALL && !check_call(form, record, &before))
                        return false;
                if (form->shape == AB_SHAPE_INLINE &&
                    (rs_vector != ~0u || !check_inline(record, original, &before, differed)))
                        return false;
        }
        return true;
}

int main(int argc, char **argv)
{
        struct bt_image image;
        struct ab_bind bind;
        uint8_t *original, *text;
        uint32_t i;

        bt_load(&image, argc > 1 ? argv[1] : "testsuite/binder");
        original = image.text;
        text = map_at(BT_IMAGE, image.text_bytes);
        map_at(BT_VCPU, sizeof(struct ab_vcpu));
        *(uint32_t *)map_at(BT_LEAVE, 4) = (uint32_t)&rs_leave;
        make_vectors();
        mark_imm(AB_VEC_LRET_IMM, AB_VEC_LRET_IMM_LAST);
        mark_imm(AB_VEC_LJMP, AB_VEC_LJMP_LAST);
        mark_imm(AB_VEC_LCALL, AB_VEC_LCALL_LAST);
        mark_imm(AB_VEC_IN_IMM, AB_VEC_IN_IMM_LAST);
        mark_imm(AB_VEC_OUT_IMM, AB_VEC_OUT_IMM_LAST);
        memcpy(text, original, image.text_bytes);
        image.text = text;
        bind = bt_binder(&image);
        bt_ok(!ab_bind(&bind), "the forms bind");
        bt_ok(sizeof(struct ab_vcpu) == AB_VCPU_BYTES &&
                  &vcpu->dr[3] == (void *)(BT_VCPU + AB_VCPU_DR(3)) &&
                  &vcpu->seg[5] == (void *)(BT_VCPU + AB_VCPU_SEG(5)),
              "the offsets inline code uses are those of struct ab_vcpu");
        for (i = 0; i < image.count && !bind.error; i++) {
                const struct ab_record *record = &image.records[i];
                unsigned kind = AB_RECORD_KIND_OF(record);

                if (!bt_forms[i].alone || bt_forms[i].shape <= AB_SHAPE_NATIVE_SHORT ||
                    (kind != AB_KIND_INSN && kind != AB_KIND_HOOK))
                        continue;
                bt_ok(run_form(&bt_forms[i], record,
                               original + (record->start - BT_IMAGE) + record->insn_offset),
                      "%s: registers and flags survive, %s", bt_forms[i].insn,
                      ab_shape_text(bt_forms[i].shape));
        }
        return bt_done();
}
