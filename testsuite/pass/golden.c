/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every spelling of every row of the instruction table, with every operand
 * form that gas accepts: assembled plainly, and through the pass.
 *
 * What is expected comes from elsewhere: gas says which forms exist and what
 * their bytes are, Zydis says from those bytes which class they have (so that
 * a sensitive form the pass lets through is a failure, too), LLVM MC and Zydis
 * say that a padded site is one instruction, or one and NOPs.
 *
 * usage: golden prefix|nop DIRECTORY      (environment: top_builddir)
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include <afterburn/record.h>

#include "as/words.h"
#include "golden-zydis.h"
#include "golden.h"
#include "host/diag.h"

static struct line *lines;
static unsigned line_count;
static LLVMDisasmContextRef llvm;

/* Encodings that LLVM 14 does not know, or not in 32-bit mode. */
static const char *const llvm_unknown[] = {"rdpru", "wrmsrns", "hreset", "vmgexit", "int1"};
/* Encodings that Zydis 4.0 does not know. */
static const char *const zydis_unknown[] = {"wrmsrns"};

static bool is(const struct word *word, const char *name)
{
        return strlen(name) == word->length && !strncmp(word->name, name, word->length);
}

static bool listed(const struct line *line, const char *const *list, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                if (is(line->word, list[i]))
                        return true;
        return false;
}

#define LISTED(line, list) listed(line, list, sizeof(list) / sizeof *(list))

static void fail(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct line *line, const char *format, ...)
{
        char why[200];
        va_list arguments;

        line->failed = true;
        va_start(arguments, format);
        vsnprintf(why, sizeof why, format, arguments);
        va_end(arguments);
        printf("# %s%.*s %s%s: %s\n", line->prefix, line->word->length, line->word->name,
               line->form, line->intel ? " (Intel)" : "", why);
}

/* Length of one instruction by LLVM. */
static size_t llvm_length(const uint8_t *bytes, size_t length)
{
        char text[200];

        return LLVMDisasmInstruction(llvm, (uint8_t *)bytes, length, 0, text, sizeof text);
}

/* Are the bytes NOPs to Zydis: nop, or lea of a register to itself? */
static bool are_nops(const uint8_t *bytes, size_t length)
{
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand o[ZYDIS_MAX_OPERAND_COUNT];

        for (size_t at = 0; at < length; at += insn.length) {
                if (!zydis_decode(bytes + at, length - at, &insn, o))
                        return false;
                if (insn.mnemonic == ZYDIS_MNEMONIC_NOP)
                        continue;
                if (insn.mnemonic != ZYDIS_MNEMONIC_LEA || o[1].mem.base != o[0].reg.value ||
                    o[1].mem.index != ZYDIS_REGISTER_NONE || o[1].mem.disp.value)
                        return false;
        }
        return true;
}

static unsigned bytes_needed(const struct row *row, const struct ab_record *r)
{
        if (row->side == NONE)
                return r->insn_bytes;
        if (r->operand & AB_OP_MEM)
                return r->insn_bytes + AB_NEED_MEMORY;
        return row->need;
}

static void check_site(struct line *line, const struct ab_record *r, const uint8_t *site,
                       const uint8_t *plain, size_t plain_bytes, bool nop)
{
        const struct row *row = row_of_class(r->class_id);
        unsigned first = 0, length = r->site_bytes;
        ZydisDecodedInstruction insn;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

        if (AB_RECORD_VERSION_OF(r) != AB_RECORD_VERSION || AB_RECORD_KIND_OF(r) != AB_KIND_INSN)
                fail(line, "version and kind are 0x%02x", r->version_kind);
        if (r->insn_bytes != plain_bytes || memcmp(site + r->insn_offset, plain, plain_bytes))
                fail(line, "the original encoding is not what gas gives (%u bytes, %zu)",
                     r->insn_bytes, plain_bytes);
        if (!row || r->site_bytes < bytes_needed(row, r))
                fail(line, "site has %u bytes, fewer than it needs", r->site_bytes);
        if (r->dead_gprs || r->dead_flags)
                fail(line, "something is called dead");
        switch (r->padding) {
        case AB_PAD_NONE:
                if (r->insn_offset || r->site_bytes != r->insn_bytes)
                        fail(line, "padding that is not recorded");
                break;
        case AB_PAD_PREFIX:
                if (nop)
                        fail(line, "prefixes in spite of --padding=nop");
                if (r->site_bytes != r->insn_offset + r->insn_bytes || r->site_bytes > 15)
                        fail(line, "site of %u bytes cannot be one instruction", r->site_bytes);
                break;
        case AB_PAD_NOP_BEFORE:
                if (!are_nops(site, r->insn_offset))
                        fail(line, "padding before it is not NOPs");
                first = r->insn_offset;
                length -= first;
                break;
        default:
                if (!are_nops(site + r->insn_bytes, r->site_bytes - r->insn_bytes))
                        fail(line, "padding behind it is not NOPs");
                length = r->insn_bytes;
                break;
        }
        line->nops = row && row->side == PREFIX && r->padding > AB_PAD_PREFIX;
        if (!LISTED(line, zydis_unknown)) {
                if (!zydis_decode(site + first, length, &insn, operands) || insn.length != length)
                        fail(line, "Zydis does not see one instruction of %u bytes", length);
                else if (!is(line->word, "vmgexit") &&
                         zydis_class_of(&insn, operands) != r->class_id)
                        fail(line, "Zydis sees another class in the padded site");
        }
        if (!LISTED(line, llvm_unknown) &&
            (llvm_length(plain, plain_bytes) ||
             (!*line->prefix && strcmp(line->form, "(%bx,%si)"))) &&
            llvm_length(site + first, length) != length)
                fail(line, "LLVM sees %zu bytes of %u", llvm_length(site + first, length), length);
}

static void check_line(struct line *line, const struct object *plain, const struct object *passed,
                       bool nop)
{
        const uint8_t *bytes = plain->text + line->plain_start;
        size_t length = line->plain_end - line->plain_start, at = 0;
        const struct ab_record *record = NULL;
        unsigned class_id, insns, records = 0;

        for (unsigned i = 0; i < passed->records; i++)
                if (passed->record[i].start >= line->start && passed->record[i].start < line->end) {
                        record = &passed->record[i];
                        records++;
                }
        class_id = zydis_class(bytes, length, &at, &insns);
        if (!insns && LISTED(line, zydis_unknown))
                class_id = line->word->row_count ? rows[line->word->rows[0]].number : 0;
        else if (!insns)
                return; /* gas accepts it, no processor does */
        if (insns > 1 && strncmp(line->word->name, "fs", 2) && !is(line->word, "finit"))
                return; /* a prefix gas made an instruction of its own */
        if (!class_id) {
                if (records)
                        fail(line, "annotated, but not sensitive");
                return;
        }
        line->sensitive = true;
        if (records != 1) {
                fail(line, "%u records, class should be %u", records, class_id);
                return;
        }
        if (record->class_id != class_id)
                fail(line, "class %u, should be %u", record->class_id, class_id);
        if (record->start + record->site_bytes > line->end)
                fail(line, "site ends behind its line");
        else
                check_site(line, record, passed->text + record->start, bytes + at, length - at,
                           nop);
}

/* --- results ---------------------------------------------------------------- */

static void report(void)
{
        printf("1..%u\n", 2 * row_count);
        for (unsigned i = 0; i < row_count; i++) {
                const char *p = rows[i].spellings;
                unsigned forms = 0, failed = 0, spellings = 0, missing = 0, nops = 0;

                while (*p) {
                        size_t length = strcspn(p, " ");
                        unsigned here = 0;

                        for (unsigned j = 0; j < line_count; j++) {
                                if (lines[j].class_id != rows[i].number ||
                                    lines[j].word->length != length ||
                                    strncmp(lines[j].word->name, p, length))
                                        continue;
                                here += lines[j].sensitive;
                                failed += lines[j].failed;
                                nops += lines[j].nops;
                        }
                        spellings++;
                        if (!here) {
                                printf("# gas accepts %.*s in no form of this row\n", (int)length,
                                       p);
                                missing++;
                        }
                        forms += here;
                        p += length;
                        p += strspn(p, " ");
                }
                printf("%sok %u - %s: %u spellings exist\n", missing ? "not " : "", 2 * i + 1,
                       rows[i].id, spellings);
                printf("%sok %u - %s: %u forms annotated, %u with NOPs\n",
                       failed || !forms ? "not " : "", 2 * i + 2, rows[i].id, forms, nops);
        }
}

int main(int argc, char **argv)
{
        struct object plain, passed;
        bool nop;

        if (argc != 3)
                return AB_EXIT_USAGE;
        nop = !strcmp(argv[1], "nop");
        words_init();
        lines = golden_lines(&line_count);
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
        llvm = LLVMCreateDisasm("i386-unknown-linux-gnu", NULL, 0, NULL, NULL);
        zydis_start();
        line_count = golden_filter(lines, line_count, argv[2]);
        golden_assemble(lines, line_count, argv[2], NULL, &plain);
        golden_assemble(lines, line_count, argv[2], argv[1], &passed);
        for (unsigned i = 0; i < line_count; i++) {
                unsigned insns;
                size_t at;

                check_line(&lines[i], &plain, &passed, nop);
                lines[i].class_id =
                    (uint8_t)zydis_class(plain.text + lines[i].plain_start,
                                         lines[i].plain_end - lines[i].plain_start, &at, &insns);
                if (!insns || (insns == 1 && !lines[i].class_id))
                        lines[i].class_id = rows[lines[i].word->rows[0]].number;
        }
        report();
        return 0;
}
