/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/decode.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include <afterburn/record.h>

#include "host/diag.h"

struct ab_decoder {
        LLVMDisasmContextRef context;
};

struct ab_decoder *ab_decoder_new(void)
{
        struct ab_decoder *decoder = ab_alloc(sizeof *decoder);

        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
        decoder->context = LLVMCreateDisasm("i386-unknown-linux-gnu", NULL, 0, NULL, NULL);
        if (!decoder->context)
                ab_die(AB_EXIT_ERROR, "LLVM has no X86 disassembler: install llvm-14-dev");
        return decoder;
}

void ab_decoder_free(struct ab_decoder *decoder)
{
        LLVMDisasmDispose(decoder->context);
        free(decoder);
}

void ab_decoder_hex(struct ab_decoder *decoder)
{
        LLVMSetDisasmOptions(decoder->context, LLVMDisassembler_Option_PrintImmHex);
}

unsigned ab_prefix_bytes(const uint8_t *bytes, unsigned count)
{
        unsigned n = 0;

        while (n < count && (bytes[n] == 0x26 || bytes[n] == 0x2e || bytes[n] == 0x36 ||
                             bytes[n] == 0x3e || (bytes[n] >= 0x64 && bytes[n] <= 0x67) ||
                             bytes[n] == 0xf0 || bytes[n] == 0xf2 || bytes[n] == 0xf3))
                n++;
        return n;
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

/* Words LLVM prints before a mnemonic, or alone. */
static bool is_prefix_word(const char *word, unsigned bytes)
{
        static const char *const words[] = {"lock", "rep", "repne", "repe", "data16", "addr16",
                                            "cs",   "ds",  "es",    "fs",   "gs",     "ss"};

        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
                if (strlen(words[i]) == bytes && !memcmp(word, words[i], bytes))
                        return true;
        return false;
}

struct operand {
        const char *text;
        unsigned bytes;
};

/* Split "a, b, c" at commas outside parentheses; returns how many. */
static unsigned split(const char *text, struct operand *operands, unsigned limit)
{
        unsigned count = 0, depth = 0;

        while (is_blank(*text))
                text++;
        while (*text && *text != '#' && count < limit) {
                const char *start = text;

                while (*text && *text != '#' && (depth || *text != ',')) {
                        depth += *text == '(';
                        depth -= *text == ')' && depth;
                        text++;
                }
                operands[count].text = start;
                operands[count].bytes = (unsigned)(text - start);
                while (operands[count].bytes && is_blank(start[operands[count].bytes - 1]))
                        operands[count].bytes--;
                count++;
                if (*text == ',')
                        text++;
                while (is_blank(*text))
                        text++;
        }
        return count;
}

/* Number of a register called PREFIX<digit>, such as %cr4; -1 otherwise. */
static int numbered(const struct operand *operand, const char *prefix)
{
        if (operand->bytes != 4 || memcmp(operand->text, prefix, 3))
                return -1;
        return operand->text[3] >= '0' && operand->text[3] <= '7' ? operand->text[3] - '0' : -1;
}

static int named(const struct operand *operand, const char names[][4], int count)
{
        for (int i = 0; i < count; i++)
                if (operand->bytes == strlen(names[i]) + 1 && operand->text[0] == '%' &&
                    !memcmp(operand->text + 1, names[i], operand->bytes - 1))
                        return i;
        return -1;
}

static int segment(const struct operand *operand)
{
        static const char names[][4] = {"es", "cs", "ss", "ds", "fs", "gs"};

        return named(operand, names, 6);
}

static int general(const struct operand *operand)
{
        static const char longs[][4] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
        static const char words[][4] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
        int n = named(operand, longs, 8);

        return n >= 0 ? n : named(operand, words, 8);
}

static bool is_memory(const struct operand *operand)
{
        return memchr(operand->text, '(', operand->bytes) ||
               memchr(operand->text, ':', operand->bytes) ||
               (operand->bytes && operand->text[0] != '%' && operand->text[0] != '$' &&
                operand->text[0] != '*');
}

/* Whether the operands are what the row's shape asks for; the system register's number. */
static bool shape_fits(const struct ab_row *row, const char *word, const struct operand *operands,
                       unsigned count, int *sys)
{
        *sys = -1;
        switch (row->shape) {
        case AB_SHAPE_ANY:
                return true;
        case AB_SHAPE_FAR:
                return word[0] == 'l' || count == 2;
        case AB_SHAPE_SEG_ONE:
                return count == 1 && (*sys = segment(&operands[0])) >= 0;
        case AB_SHAPE_SEG_SRC:
                return count == 2 && (*sys = segment(&operands[0])) >= 0;
        case AB_SHAPE_SEG_DST:
                return count == 2 && (*sys = segment(&operands[1])) >= 0;
        case AB_SHAPE_CR_SRC:
                return count == 2 && (*sys = numbered(&operands[0], "%cr")) >= 0;
        case AB_SHAPE_CR_DST:
                return count == 2 && (*sys = numbered(&operands[1], "%cr")) >= 0;
        case AB_SHAPE_DR_SRC:
                return count == 2 && (*sys = numbered(&operands[0], "%dr")) >= 0;
        case AB_SHAPE_DR_DST:
                return count == 2 && (*sys = numbered(&operands[1], "%dr")) >= 0;
        }
        return false;
}

/* The record's operand word, from operands and prefix bytes. */
static uint32_t operand_word(const struct operand *operands, unsigned count, int sys,
                             const uint8_t *bytes, unsigned length)
{
        unsigned prefixes = ab_prefix_bytes(bytes, length);
        uint32_t word = AB_GPR_NONE | (sys < 0 ? 15u : (uint32_t)sys) << 4;

        for (unsigned i = 0; i < count; i++) {
                int gpr = general(&operands[i]);

                if (gpr >= 0)
                        word = (word & ~15u) | (uint32_t)gpr;
                else if (operands[i].text[0] == '$')
                        word |= AB_OP_HAS_IMM | (strtoul(operands[i].text + 1, NULL, 0) & 255) << 8;
                else if (is_memory(&operands[i]))
                        word |= AB_OP_MEM;
        }
        for (unsigned i = 0; i < prefixes; i++) {
                word |= bytes[i] == 0xf3 ? AB_OP_REP : 0;
                word |= bytes[i] == 0xf2 ? AB_OP_REPNE : 0;
                word |= bytes[i] == 0xf0 ? AB_OP_LOCK : 0;
                word |= bytes[i] == 0x66 ? AB_OP_DATA16 : 0;
                word |= bytes[i] == 0x67 ? AB_OP_ADDR16 : 0;
        }
        return word;
}

static bool word_is(const char *word, unsigned bytes, const char *list)
{
        while (*list) {
                unsigned n = (unsigned)strcspn(list, " ");

                if (n == bytes && !memcmp(list, word, n))
                        return true;
                list += n + strspn(list + n, " ");
        }
        return false;
}

static enum ab_flow flow_of(const char *word, unsigned bytes)
{
        if (word_is(word, bytes,
                    "jmp jmpl jmpw ljmpl ljmpw ret retl retw lretl lretw iretl iretw "
                    "ud2 sysexitl sysretl ud1l"))
                return AB_FLOW_END;
        return word_is(word, bytes, "call calll callw lcalll") ? AB_FLOW_CALL : AB_FLOW_NEXT;
}

/* The operand is (%reg) or (%reg,%eiz), without a displacement; a segment does not matter. */
static bool is_address_of(const struct operand *operand, const struct operand *reg)
{
        const char *text = operand->text;
        unsigned bytes = operand->bytes;

        if (bytes > 4 && text[0] == '%' && text[3] == ':') {
                text += 4;
                bytes -= 4;
        }
        if (bytes < 6 || text[0] != '(' || memcmp(text + 1, reg->text, 4))
                return false;
        return text[5] == ')' || (bytes == 11 && !memcmp(text + 5, ",%eiz)", 6));
}

/*
 * What gas and the pass use to fill: NOPs, and moves and address computations
 * that give a register its own value.
 */
static bool is_nop(const char *word, unsigned bytes, const struct operand *operands, unsigned count)
{
        int to = count ? general(&operands[count - 1]) : -1;

        if (word_is(word, bytes, "nop nopw nopl"))
                return true;
        if (count != 2 || to < 0 || operands[1].bytes != 4)
                return false;
        if (word_is(word, bytes, "movl xchgl"))
                return general(&operands[0]) == to;
        return word_is(word, bytes, "leal") && is_address_of(&operands[0], &operands[1]);
}

static void describe(struct ab_mc_insn *insn, const uint8_t *bytes)
{
        const char *word = insn->text;
        struct operand operands[4];
        const int8_t *rows;
        unsigned length, count;
        bool prefixed = false;
        int sys;

        for (;;) {
                while (is_blank(*word))
                        word++;
                length = (unsigned)strcspn(word, " \t");
                if (!is_prefix_word(word, length) || !word[length])
                        break;
                word += length;
                prefixed = true;
        }
        count = split(word + length, operands, 4);
        for (unsigned i = 0; i < count; i++)
                insn->memory |= is_memory(&operands[i]);
        insn->flow = flow_of(word, length);
        if (insn->flow != AB_FLOW_NEXT)
                insn->memory = count && operands[0].text[0] == '*' && operands[0].text[1] != '%';
        insn->ud2 = length == 3 && !memcmp(word, "ud2", 3);
        insn->nop = !prefixed && is_nop(word, length, operands, count);
        rows = ab_rows_spelled(word, length);
        for (; rows && *rows >= 0; rows++) {
                const struct ab_row *row = &ab_rows[*rows];

                if (!shape_fits(row, word, operands, count, &sys))
                        continue;
                insn->row = row;
                insn->operand = operand_word(operands, count, sys, bytes, insn->bytes);
                return;
        }
}

/* "\tmovl\t%eax, %ebx" becomes "movl %eax, %ebx". */
static void tidy(char *text)
{
        char *to = text;

        for (const char *from = text; *from; from++) {
                if (!is_blank(*from))
                        *to++ = *from;
                else if (to > text && to[-1] != ' ')
                        *to++ = ' ';
        }
        while (to > text && to[-1] == ' ')
                to--;
        *to = 0;
}

/*
 * What processors know and LLVM 14 does not.  The three of the 8087 and 287 do
 * nothing on a later processor.
 */
static unsigned decode_rest(const uint8_t *bytes, uint32_t count, char *text)
{
        static const struct {
                uint8_t bytes[3], count;
                const char *text;
        } known[] = {
            {{0xf1}, 1, "int1"},
            {{0xdb, 0xe0}, 2, "fneni"},
            {{0xdb, 0xe1}, 2, "fndisi"},
            {{0xdb, 0xe4}, 2, "fnsetpm"},
            {{0x0f, 0x01, 0xfd}, 3, "rdpru"},
        };

        unsigned prefixes = ab_prefix_bytes(bytes, count < 15 ? count : 15);

        for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
                if (count - prefixes < known[i].count ||
                    memcmp(bytes + prefixes, known[i].bytes, known[i].count))
                        continue;
                strcpy(text, known[i].text);
                return prefixes + known[i].count;
        }
        return 0;
}

void ab_mc_decode(struct ab_decoder *decoder, const uint8_t *bytes, uint32_t count,
                  uint32_t address, struct ab_mc_insn *insn)
{
        unsigned joined = 0;

        memset(insn, 0, offsetof(struct ab_mc_insn, text));
        insn->text[0] = 0;
        for (;;) {
                size_t length = LLVMDisasmInstruction(decoder->context, (uint8_t *)bytes + joined,
                                                      count - joined, address + joined, insn->text,
                                                      sizeof insn->text);

                if (!length)
                        length = decode_rest(bytes + joined, count - joined, insn->text);
                if (!length || joined + length > 15) {
                        insn->text[0] = 0;
                        return;
                }
                tidy(insn->text);
                joined += (unsigned)length;
                if (length != 1 || joined >= count ||
                    !is_prefix_word(insn->text, (unsigned)strlen(insn->text)))
                        break;
        }
        insn->bytes = joined;
        describe(insn, bytes);
}
