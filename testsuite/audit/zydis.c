/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A second opinion: Zydis and LLVM MC must agree, instruction by instruction,
 * on lengths and on which class of the table, if any, each belongs to.
 *
 *      zydis [--every-row] FILE
 *
 * prints how many sensitive instructions both saw; exit status 1 where they
 * differ, or, with --every-row, where a row of the table has no example.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Zydis/Zydis.h>

#include "host/diag.h"
#include "records/image.h"
#include "tool/decode.h"

static bool is_register(const ZydisDecodedOperand *operand, ZydisRegisterClass class_id)
{
        return operand->type == ZYDIS_OPERAND_TYPE_REGISTER &&
               ZydisRegisterGetClass(operand->reg.value) == class_id;
}

/* Intel order: the destination comes first. */
static bool shape_fits(const struct ab_row *row, const ZydisDecodedInstruction *insn,
                       const ZydisDecodedOperand *operands)
{
        unsigned count = insn->operand_count_visible;

        switch (row->shape) {
        case AB_SHAPE_ANY:
                return true;
        case AB_SHAPE_FAR:
                return insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
        case AB_SHAPE_SEG_ONE:
                return count == 1 && is_register(&operands[0], ZYDIS_REGCLASS_SEGMENT);
        case AB_SHAPE_SEG_SRC:
                return count == 2 && is_register(&operands[1], ZYDIS_REGCLASS_SEGMENT);
        case AB_SHAPE_SEG_DST:
                return count == 2 && is_register(&operands[0], ZYDIS_REGCLASS_SEGMENT);
        case AB_SHAPE_CR_SRC:
                return count == 2 && is_register(&operands[1], ZYDIS_REGCLASS_CONTROL);
        case AB_SHAPE_CR_DST:
                return count == 2 && is_register(&operands[0], ZYDIS_REGCLASS_CONTROL);
        case AB_SHAPE_DR_SRC:
                return count == 2 && is_register(&operands[1], ZYDIS_REGCLASS_DEBUG);
        case AB_SHAPE_DR_DST:
                return count == 2 && is_register(&operands[0], ZYDIS_REGCLASS_DEBUG);
        }
        return false;
}

static bool has_prefix(const ZydisDecodedInstruction *insn, uint8_t prefix)
{
        for (unsigned i = 0; i < insn->raw.prefix_count; i++)
                if (insn->raw.prefixes[i].value == prefix)
                        return true;
        return false;
}

static const struct ab_row *classify(const ZydisDecodedInstruction *insn,
                                     const ZydisDecodedOperand *operands)
{
        const char *name = ZydisMnemonicGetString(insn->mnemonic);
        const int8_t *rows;

        if (insn->mnemonic == ZYDIS_MNEMONIC_RET && insn->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
                name = "retf";
        /* Zydis 4.0 overlooks the prefix that makes the difference. */
        if (insn->mnemonic == ZYDIS_MNEMONIC_WBINVD && has_prefix(insn, 0xf3))
                name = "wbnoinvd";
        rows = ab_rows_spelled(name, (unsigned)strlen(name));
        for (; rows && *rows >= 0; rows++)
                if (shape_fits(&ab_rows[*rows], insn, operands))
                        return &ab_rows[*rows];
        return NULL;
}

struct compared {
        unsigned instructions, sensitive, differences;
        bool seen[AB_CLASS_LIMIT];
};

static void compare_at(struct compared *c, ZydisDecoder *zydis, struct ab_decoder *llvm,
                       const struct ab_image *image, const struct ab_section *section,
                       uint32_t *offset)
{
        const uint8_t *bytes = section->data + *offset;
        uint32_t left = section->bytes - *offset;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        const struct ab_row *row = NULL;
        ZydisDecodedInstruction theirs;
        struct ab_mc_insn ours;
        char place[128];

        ab_mc_decode(llvm, bytes, left, section->address + *offset, &ours);
        memset(&theirs, 0, sizeof theirs);
        if (ZYAN_SUCCESS(ZydisDecoderDecodeFull(zydis, bytes, left, &theirs, operands)))
                row = classify(&theirs, operands);
        else
                theirs.length = 0;
        c->instructions++;
        if (ours.row) {
                c->sensitive++;
                c->seen[ours.row->class_id] = true;
        }
        if (ours.bytes != theirs.length || ours.row != row) {
                c->differences++;
                printf("%s: LLVM MC: %s, %u bytes, %s; Zydis: %u bytes, %s\n",
                       ab_image_place(image, section->address + *offset, place, sizeof place),
                       ours.text, ours.bytes, ours.row ? ours.row->name : "harmless", theirs.length,
                       row ? row->name : "harmless");
        }
        *offset += ours.bytes ? ours.bytes : 1;
}

int main(int argc, char **argv)
{
        bool every_row = argc == 3 && !strcmp(argv[1], "--every-row");
        struct ab_decoder *llvm = ab_decoder_new();
        struct compared c = {0};
        struct ab_problem problem;
        struct ab_image *image;
        ZydisDecoder zydis;

        if (argc != (every_row ? 3 : 2))
                ab_die(AB_EXIT_USAGE, "usage: zydis [--every-row] FILE");
        image = ab_image_open(argv[argc - 1], &problem);
        if (!image)
                ab_die(AB_EXIT_ERROR, "%s", problem.text);
        ZydisDecoderInit(&zydis, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
        for (unsigned i = 0; i < image->section_count; i++) {
                uint32_t offset = 0;

                while (image->sections[i].executable && offset < image->sections[i].bytes)
                        compare_at(&c, &zydis, llvm, image, &image->sections[i], &offset);
        }
        for (unsigned i = 0; every_row && i < ab_row_count; i++)
                if (!c.seen[ab_rows[i].class_id]) {
                        printf("no example of %s\n", ab_rows[i].name);
                        c.differences++;
                }
        printf("%u instructions, %u sensitive, %u differences\n", c.instructions, c.sensitive,
               c.differences);
        ab_image_close(image);
        ab_decoder_free(llvm);
        return c.differences != 0;
}
