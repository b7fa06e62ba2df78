/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "as/words.h"

#include <string.h>

#include "host/diag.h"

const struct row rows[] = {
#define AB_INSN(id_, number_, spellings_, shape_, need_, side_, fault_, unbound_, reads_, writes_, \
                generator_, excluded_, reason_)                                                    \
        {.id = #id_,                                                                               \
         .number = number_,                                                                        \
         .spellings = spellings_,                                                                  \
         .shape = shape_,                                                                          \
         .need = need_,                                                                            \
         .side = side_,                                                                            \
         .fault = fault_,                                                                          \
         .unbound = unbound_,                                                                      \
         .reads = reads_,                                                                          \
         .writes = writes_,                                                                        \
         .generator = #generator_,                                                                 \
         .excluded = excluded_,                                                                    \
         .reason = reason_},
#include <insn-ia32.def>
#undef AB_INSN
};

const unsigned row_count = sizeof rows / sizeof *rows;

static const struct {
        const char *name;
        uint8_t kind, value;
} fixed_words[] = {
    {"cs", WORD_PREFIX, 0x2e},
    {"ds", WORD_PREFIX, 0x3e},
    {"es", WORD_PREFIX, 0x26},
    {"fs", WORD_PREFIX, 0x64},
    {"gs", WORD_PREFIX, 0x65},
    {"ss", WORD_PREFIX, 0x36},
    {"lock", WORD_PREFIX, 0xf0},
    {"rep", WORD_PREFIX, 0xf3},
    {"repe", WORD_PREFIX, 0xf3},
    {"repz", WORD_PREFIX, 0xf3},
    {"repne", WORD_PREFIX, 0xf2},
    {"repnz", WORD_PREFIX, 0xf2},
    {"data16", WORD_PREFIX, 0x66},
    {"addr16", WORD_PREFIX, 0x67},
    {"word", WORD_PREFIX, 0x66},
    {"aword", WORD_PREFIX, 0x67},
    {"notrack", WORD_PREFIX, 0x3e},
    {"bnd", WORD_PREFIX, 0xf2},
    {"xacquire", WORD_PREFIX, 0xf2},
    {"xrelease", WORD_PREFIX, 0xf3},
    {".text", WORD_DIRECTIVE, D_TEXT},
    {".data", WORD_DIRECTIVE, D_DATA},
    {".bss", WORD_DIRECTIVE, D_BSS},
    {".section", WORD_DIRECTIVE, D_SECTION},
    {".pushsection", WORD_DIRECTIVE, D_PUSHSECTION},
    {".popsection", WORD_DIRECTIVE, D_POPSECTION},
    {".previous", WORD_DIRECTIVE, D_PREVIOUS},
    {".subsection", WORD_DIRECTIVE, D_SUBSECTION},
    {".code16", WORD_DIRECTIVE, D_CODE16},
    {".code16gcc", WORD_DIRECTIVE, D_CODE16},
    {".code32", WORD_DIRECTIVE, D_CODE32},
    {".code64", WORD_DIRECTIVE, D_CODE64},
    {".intel_syntax", WORD_DIRECTIVE, D_INTEL},
    {".att_syntax", WORD_DIRECTIVE, D_ATT},
    {".macro", WORD_DIRECTIVE, D_MACRO},
    {".endm", WORD_DIRECTIVE, D_ENDM},
    {".rept", WORD_DIRECTIVE, D_REPT},
    {".rep", WORD_DIRECTIVE, D_REPT},
    {".irp", WORD_DIRECTIVE, D_IRP},
    {".irpc", WORD_DIRECTIVE, D_IRPC},
    {".endr", WORD_DIRECTIVE, D_ENDR},
    {".byte", WORD_DIRECTIVE, D_BYTE},
    {".include", WORD_DIRECTIVE, D_INCLUDE},
    {".purgem", WORD_DIRECTIVE, D_PURGEM},
    {".file", WORD_DIRECTIVE, D_FILE},
    {".if", WORD_DIRECTIVE, D_CONDITION},
    {".ifdef", WORD_DIRECTIVE, D_CONDITION},
    {".ifndef", WORD_DIRECTIVE, D_CONDITION},
    {".ifc", WORD_DIRECTIVE, D_CONDITION},
    {".ifnc", WORD_DIRECTIVE, D_CONDITION},
    {".ifeqs", WORD_DIRECTIVE, D_CONDITION},
    {".ifeq", WORD_DIRECTIVE, D_CONDITION},
    {".ifne", WORD_DIRECTIVE, D_CONDITION},
    {".ifb", WORD_DIRECTIVE, D_CONDITION},
    {".ifnb", WORD_DIRECTIVE, D_CONDITION},
    {".ifgt", WORD_DIRECTIVE, D_CONDITION},
    {".iflt", WORD_DIRECTIVE, D_CONDITION},
    {".else", WORD_DIRECTIVE, D_CONDITION},
    {".elseif", WORD_DIRECTIVE, D_CONDITION},
    {".endif", WORD_DIRECTIVE, D_CONDITION},
    {".set", WORD_DIRECTIVE, D_ASSIGN},
    {".equ", WORD_DIRECTIVE, D_ASSIGN},
    {".equiv", WORD_DIRECTIVE, D_ASSIGN},
    {".eqv", WORD_DIRECTIVE, D_ASSIGN},
    {".long", WORD_DIRECTIVE, D_DATUM},
    {".int", WORD_DIRECTIVE, D_DATUM},
    {".word", WORD_DIRECTIVE, D_DATUM},
    {".short", WORD_DIRECTIVE, D_DATUM},
    {".hword", WORD_DIRECTIVE, D_DATUM},
    {".value", WORD_DIRECTIVE, D_DATUM},
    {".2byte", WORD_DIRECTIVE, D_DATUM},
    {".4byte", WORD_DIRECTIVE, D_DATUM},
    {".8byte", WORD_DIRECTIVE, D_DATUM},
    {".quad", WORD_DIRECTIVE, D_DATUM},
    {".octa", WORD_DIRECTIVE, D_DATUM},
    {".ascii", WORD_DIRECTIVE, D_DATUM},
    {".asciz", WORD_DIRECTIVE, D_DATUM},
    {".string", WORD_DIRECTIVE, D_DATUM},
    {".incbin", WORD_DIRECTIVE, D_DATUM},
    {".fill", WORD_DIRECTIVE, D_DATUM},
    {".space", WORD_DIRECTIVE, D_DATUM},
    {".zero", WORD_DIRECTIVE, D_DATUM},
    {".float", WORD_DIRECTIVE, D_DATUM},
    {".double", WORD_DIRECTIVE, D_DATUM},
};

#define SLOTS    1024u
#define WORD_MAX 15

static struct word dictionary[SLOTS];
/* A word whose first two letters are not in here is not in the dictionary. */
static uint8_t first_two[65536 / 8];

static unsigned char lower(unsigned char c)
{
        return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static unsigned hash(const char *text, size_t length)
{
        unsigned h = 2166136261u;

        for (size_t i = 0; i < length; i++)
                h = (h ^ lower((unsigned char)text[i])) * 16777619u;
        return (h ^ h >> 15) % SLOTS;
}

static bool same(const char *a, const char *b, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if (lower((unsigned char)a[i]) != (unsigned char)b[i])
                        return false;
        return true;
}

static unsigned pair(const char *text)
{
        return lower((unsigned char)text[0]) | (unsigned)lower((unsigned char)text[1]) << 8;
}

static struct word *add(const char *text, size_t length)
{
        unsigned slot = hash(text, length);

        while (dictionary[slot].name) {
                struct word *word = &dictionary[slot];

                if (word->length == length && same(text, word->name, length))
                        return word;
                slot = (slot + 1) % SLOTS;
        }
        dictionary[slot].name = text;
        dictionary[slot].length = (uint8_t)length;
        first_two[pair(text) / 8] |= (uint8_t)(1u << pair(text) % 8);
        return &dictionary[slot];
}

static void add_row(unsigned index)
{
        const char *p = rows[index].spellings;

        while (*p) {
                size_t length = strcspn(p, " ");
                struct word *word = add(p, length);

                word->kind = WORD_INSN;
                if (word->row_count == ROWS_PER_WORD)
                        ab_die(AB_EXIT_ERROR, "insn-ia32.def: %.*s: in too many rows", (int)length,
                               p);
                word->rows[word->row_count++] = (uint8_t)index;
                p += length;
                p += strspn(p, " ");
        }
}

void words_init(void)
{
        if (first_two[pair(".byte") / 8])
                return;
        for (unsigned i = 0; i < sizeof fixed_words / sizeof *fixed_words; i++) {
                struct word *word = add(fixed_words[i].name, strlen(fixed_words[i].name));

                word->kind = fixed_words[i].kind;
                word->value = fixed_words[i].value;
        }
        for (unsigned i = 0; i < row_count; i++)
                add_row(i);
}

const struct word *word_find(const char *text, size_t length)
{
        unsigned slot;

        if (length < 2 || length > WORD_MAX || !(first_two[pair(text) / 8] & 1u << pair(text) % 8))
                return NULL;
        for (slot = hash(text, length); dictionary[slot].name; slot = (slot + 1) % SLOTS)
                if (dictionary[slot].length == length && same(text, dictionary[slot].name, length))
                        return &dictionary[slot];
        return NULL;
}

void words_each_insn(void (*visit)(const struct word *word, void *argument), void *argument)
{
        for (unsigned i = 0; i < SLOTS; i++)
                if (dictionary[i].kind == WORD_INSN)
                        visit(&dictionary[i], argument);
}

const struct row *row_of_class(unsigned class_id)
{
        for (unsigned i = 0; i < row_count; i++)
                if (rows[i].number == class_id)
                        return &rows[i];
        return NULL;
}
