/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "tool/rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

/* The table's words, made members of our enumerations. */
#define SHAPE(shape) AB_SHAPE_##shape
#define SIDE(side)   AB_SIDE_##side

struct ab_row ab_rows[] = {
#define AB_INSN(id, number, spellings, shape, need, side, fault, unbound, reads, writes,           \
                generator, excluded, reason)                                                       \
        {AB_CLASS_##id, #id, spellings, SHAPE(shape), need, SIDE(side), fault, writes, reason},
#include <insn-ia32.def>
#undef AB_INSN
};

const unsigned ab_row_count = sizeof ab_rows / sizeof *ab_rows;

/* The table spells its identifiers in capitals; people read small letters. */
static void __attribute__((constructor)) lower_names(void)
{
        for (unsigned i = 0; i < ab_row_count; i++)
                for (char *c = ab_rows[i].name; *c; c++)
                        *c = (char)tolower((unsigned char)*c);
}

const struct ab_row *ab_row_of_class(unsigned class_id)
{
        for (unsigned i = 0; i < ab_row_count; i++)
                if (ab_rows[i].class_id == class_id)
                        return &ab_rows[i];
        return NULL;
}

/*
 * Mnemonics by hash.  Nearly every instruction of a kernel is looked up here
 * and not found, so the table is sparse.
 */
enum { SLOTS = 4096, WORD = 16, ROWS = 10 };

static struct slot {
        char word[WORD];
        int8_t rows[ROWS];
} * slots;

static unsigned hash(const char *word, unsigned bytes)
{
        unsigned value = bytes;

        for (unsigned i = 0; i < bytes; i++)
                value = value * 31 + (unsigned char)word[i];
        return value % SLOTS;
}

static struct slot *find(const char *word, unsigned bytes)
{
        unsigned at = hash(word, bytes);

        while (slots[at].word[0] && (strncmp(slots[at].word, word, bytes) || slots[at].word[bytes]))
                at = (at + 1) % SLOTS;
        return &slots[at];
}

static void add(const char *word, unsigned bytes, int8_t row)
{
        struct slot *slot = find(word, bytes);
        unsigned i = 0;

        if (!slot->word[0]) {
                memcpy(slot->word, word, bytes);
                memset(slot->rows, -1, sizeof slot->rows);
        }
        while (slot->rows[i] >= 0)
                i++;
        if (i < ROWS - 1)
                slot->rows[i] = row;
}

static void build(void)
{
        slots = ab_alloc(SLOTS * sizeof *slots);
        for (unsigned i = 0; i < ab_row_count; i++) {
                const char *word = ab_rows[i].spellings;

                while (*word) {
                        unsigned bytes = (unsigned)strcspn(word, " ");

                        if (bytes && bytes < WORD)
                                add(word, bytes, (int8_t)i);
                        word += bytes + strspn(word + bytes, " ");
                }
        }
}

const int8_t *ab_rows_spelled(const char *word, unsigned bytes)
{
        struct slot *slot;

        if (!slots)
                build();
        if (!bytes || bytes >= WORD)
                return NULL;
        slot = find(word, bytes);
        /* LLVM gives some a suffix that gas does not know: sysexitl. */
        if (!slot->word[0] && bytes > 3 && word[bytes - 1] == 'l')
                slot = find(word, bytes - 1);
        return slot->word[0] ? slot->rows : NULL;
}
