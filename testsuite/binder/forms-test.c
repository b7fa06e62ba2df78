/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every form of forms.def, bound, is what its row says, by Zydis; LLVM MC agrees
 * on every length.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <Zydis/Zydis.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include "image.h"

void LLVMInitializeX86TargetInfo(void);
void LLVMInitializeX86TargetMC(void);
void LLVMInitializeX86Disassembler(void);

static ZydisDecoder decoder;
static ZydisFormatter formatter;
static LLVMDisasmContextRef llvm;

struct insn {
        ZydisDecodedInstruction code;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        char text[128];
        bool agreed; /* LLVM decodes the same length */
};

static bool decode(uint8_t *bytes, uint32_t n, struct insn *insn)
{
        char text[128];

        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, n, &insn->code, insn->operands)))
                return false;
        ZydisFormatterFormatInstruction(&formatter, &insn->code, insn->operands,
                                        insn->code.operand_count_visible, insn->text,
                                        sizeof(insn->text), ZYDIS_RUNTIME_ADDRESS_NONE, NULL);
        insn->agreed =
            LLVMDisasmInstruction(llvm, bytes, n, 0, text, sizeof(text)) == insn->code.length;
        return true;
}

/* Does @text hold the instruction @want, segment and size decorations aside? */
static bool same_text(const char *have, const char *want)
{
        char plain[160], *to = plain;

        while (*have) {
                if (!strncmp(have, "dword ptr ", 10) || !strncmp(have, " word ptr ", 10))
                        have += *have == ' ' ? 9 : 10;
                else if (!strncmp(have, "ds:", 3) || !strncmp(have, "ss:", 3))
                        have += 3;
                else
                        *to++ = *have++;
        }
        *to = 0;
        return !strcmp(plain, want);
}

static bool is_nop(const struct insn *insn)
{
        return insn->code.mnemonic == ZYDIS_MNEMONIC_NOP;
}

static bool nops_up_to(uint8_t *bytes, uint32_t n)
{
        struct insn insn;

        while (n) {
                if (!decode(bytes, n, &insn) || !is_nop(&insn) || !insn.agreed)
                        return false;
                bytes += insn.code.length;
                n -= insn.code.length;
        }
        return true;
}

/* Inline code reads as @want (instructions separated by "; "), then NOPs. */
static bool check_inline(uint8_t *site, uint32_t n, const char *want)
{
        char list[200], *save = NULL, *part;
        struct insn insn;

        snprintf(list, sizeof(list), "%s", want);
        for (part = strtok_r(list, ";", &save); part; part = strtok_r(NULL, ";", &save)) {
                part += *part == ' ';
                if (!decode(site, n, &insn) || !insn.agreed || !same_text(insn.text, part)) {
                        printf("# found `%s'\n", insn.text);
                        return false;
                }
                site += insn.code.length;
                n -= insn.code.length;
        }
        return nops_up_to(site, n);
}

/* The explicit memory operand of @insn, NULL if none. */
static const ZydisDecodedOperand *memory_operand(const struct insn *insn)
{
        unsigned i;

        for (i = 0; i < insn->code.operand_count; i++)
                if (insn->operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
                    insn->operands[i].visibility == ZYDIS_OPERAND_VISIBILITY_EXPLICIT)
                        return &insn->operands[i];
        return NULL;
}

static bool same_memory(const ZydisDecodedOperand *a, const ZydisDecodedOperand *b)
{
        return a->mem.segment == b->mem.segment && a->mem.base == b->mem.base &&
               a->mem.index == b->mem.index && a->mem.scale == b->mem.scale &&
               a->mem.disp.value == b->mem.disp.value;
}

/* The NOP at @site carries the operand the original instruction had. */
static bool check_carried(uint8_t *site, uint32_t n, const struct insn *original)
{
        const ZydisDecodedOperand *want = memory_operand(original), *have;
        ZydisMnemonic m = original->code.mnemonic;
        bool string = m == ZYDIS_MNEMONIC_INSB || m == ZYDIS_MNEMONIC_INSW ||
                      m == ZYDIS_MNEMONIC_INSD || m == ZYDIS_MNEMONIC_OUTSB ||
                      m == ZYDIS_MNEMONIC_OUTSW || m == ZYDIS_MNEMONIC_OUTSD;
        struct insn insn;

        if (string || !want) {
                if (m != ZYDIS_MNEMONIC_LAR && m != ZYDIS_MNEMONIC_LSL && m != ZYDIS_MNEMONIC_ARPL)
                        return true;
                /* a register: by modrm's rm */
                return decode(site, n, &insn) && is_nop(&insn) && insn.code.raw.modrm.mod == 3 &&
                       insn.code.raw.modrm.rm == original->code.raw.modrm.rm;
        }
        if (!decode(site, n, &insn) || !is_nop(&insn) || insn.code.raw.modrm.reg)
                return false;
        have = memory_operand(&insn);
        return have && same_memory(have, want);
}

/* A pushed immediate, if the original had one: its value. */
static bool check_pushed(const struct insn *push, const struct insn *original)
{
        const ZydisDecodedOperand *operand = original->operands;
        unsigned i;

        if (push->code.mnemonic != ZYDIS_MNEMONIC_PUSH)
                return false;
        if (operand[0].type == ZYDIS_OPERAND_TYPE_POINTER)
                return push->operands[0].imm.value.u == operand[0].ptr.segment;
        for (i = 0; i < original->code.operand_count_visible; i++)
                if (operand[i].type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
                        return (push->operands[0].imm.value.u & 0xff) ==
                               (operand[i].imm.value.u & 0xff);
        return false;
}

static bool wants_push(const struct insn *original)
{
        unsigned i;

        if (memory_operand(original))
                return false;
        for (i = 0; i < original->code.operand_count_visible; i++)
                if (original->operands[i].type == ZYDIS_OPERAND_TYPE_IMMEDIATE ||
                    original->operands[i].type == ZYDIS_OPERAND_TYPE_POINTER)
                        return true;
        return false;
}

static bool check_call(uint8_t *site, uint32_t n, uint32_t vector, const struct insn *original)
{
        struct insn insn;

        if (!decode(site, n, &insn))
                return false;
        if (wants_push(original)) {
                if (!insn.agreed || !check_pushed(&insn, original))
                        return false;
                site += insn.code.length;
                n -= insn.code.length;
                if (!decode(site, n, &insn))
                        return false;
        }
        if (!insn.agreed || insn.code.mnemonic != ZYDIS_MNEMONIC_CALL || insn.code.length != 6 ||
            insn.operands[0].type != ZYDIS_OPERAND_TYPE_MEMORY ||
            insn.operands[0].mem.base != ZYDIS_REGISTER_NONE ||
            (uint32_t)insn.operands[0].mem.disp.value != BT_VECTORS + 4 * vector) {
                printf("# found `%s', vector %u wanted\n", insn.text, vector);
                return false;
        }
        site += 6;
        n -= 6;
        if (original->operands[0].type == ZYDIS_OPERAND_TYPE_POINTER) {
                if (!decode(site, n, &insn) || !is_nop(&insn) ||
                    (uint32_t)memory_operand(&insn)->mem.disp.value !=
                        original->operands[0].ptr.offset)
                        return false;
        } else if (vector % AB_VECTORS != AB_VEC_UNDEFINED && !check_carried(site, n, original)) {
                printf("# the operand of `%s' is not carried\n", original->text);
                return false;
        }
        return nops_up_to(site, n);
}

static bool check_access(uint8_t *site, const uint8_t *old, const struct ab_record *record)
{
        struct insn insn;

        return decode(site, record->site_bytes, &insn) && insn.agreed &&
               insn.code.mnemonic == ZYDIS_MNEMONIC_CALL &&
               !memcmp(site + 6, old + record->insn_offset, record->insn_bytes) &&
               nops_up_to(site + 6 + record->insn_bytes,
                          record->site_bytes - 6 - record->insn_bytes);
}

static bool check_form(const struct bt_form *form, const struct ab_record *record, uint8_t *site,
                       uint8_t *old)
{
        struct insn original = {0};
        unsigned kind = AB_RECORD_KIND_OF(record);

        if (record->insn_bytes && !decode(old + record->insn_offset, record->insn_bytes, &original))
                return false;
        switch (form->shape) {
        case AB_SHAPE_INLINE:
                return check_inline(site, record->site_bytes, form->text);
        case AB_SHAPE_CALL:
                if (kind == AB_KIND_INSN || kind == AB_KIND_HOOK)
                        return check_call(site, record->site_bytes, form->vector, &original);
                return check_access(site, old, record);
        default:
                return !memcmp(site, old, record->site_bytes);
        }
}

struct seen {
        enum ab_shape shape;
        uint32_t vector;
};

static void see(void *context, const struct ab_bound_site *site)
{
        struct seen *seen = context;

        seen[site->index].shape = site->shape;
        seen[site->index].vector = site->vector;
}

/*
 * Each row of the instruction table has a form here, so that a row the binder cannot classify
 * is refused when the forms are bound.
 */
static void every_row_has_a_form(const struct bt_image *image)
{
        static const struct {
                const char *name;
                unsigned class;
        } rows[] = {
#define AB_INSN(id, number, ...) {#id, number},
#include <insn-ia32.def>
#undef AB_INSN
        };
        unsigned i, missing = 0;
        uint32_t n;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (n = 0; n < image->count && image->records[n].class_id != rows[i].class; n++)
                        ;
                if (n < image->count)
                        continue;
                printf("# %s has no form\n", rows[i].name);
                missing++;
        }
        bt_ok(!missing, "every row of the instruction table has a form");
}

int main(int argc, char **argv)
{
        struct bt_image image;
        struct ab_bind bind;
        struct seen *seen;
        uint8_t *old;
        uint32_t i;

        bt_load(&image, argc > 1 ? argv[1] : "testsuite/binder");
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
        llvm = LLVMCreateDisasm("i686-linux-gnu", NULL, 0, NULL, NULL);
        ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
        ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);

        bt_ok(image.count == bt_form_count, "there is a record for each of %u forms",
              bt_form_count);
        every_row_has_a_form(&image);
        old = malloc(image.text_bytes);
        seen = calloc(image.count, sizeof(*seen));
        memcpy(old, image.text, image.text_bytes);
        bind = bt_binder(&image);
        bind.report = see;
        bind.report_context = seen;
        if (ab_bind(&bind)) {
                printf("# record %u (%s) at 0x%x: %s\n", bind.bad_index,
                       bind.bad_index < bt_form_count ? bt_forms[bind.bad_index].insn : "",
                       bind.bad_address, ab_bind_error_text(bind.error));
                bt_ok(false, "the forms bind");
                free(old);
                return bt_done();
        }
        for (i = 0; i < image.count && i < bt_form_count; i++) {
                uint32_t at = image.records[i].start - BT_IMAGE;

                bt_ok(seen[i].shape == bt_forms[i].shape &&
                          seen[i].vector % AB_VECTORS == (seen[i].shape == AB_SHAPE_CALL
                                                              ? bt_forms[i].vector % AB_VECTORS
                                                              : 0) &&
                          check_form(&bt_forms[i], &image.records[i], image.text + at, old + at),
                      "%s: %s", bt_forms[i].insn, ab_shape_text(bt_forms[i].shape));
        }
        /* Nothing outside a site has changed. */
        for (i = 0; i < image.count; i++)
                memcpy(old + (image.records[i].start - BT_IMAGE),
                       image.text + (image.records[i].start - BT_IMAGE),
                       image.records[i].site_bytes);
        bt_ok(!memcmp(old, image.text, image.text_bytes), "code between sites is untouched");
        return bt_done();
}
