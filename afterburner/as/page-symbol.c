/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/page-symbol.h"

#include <string.h>

#include "as/scan.h"

static const char *const tables[] = {
    "initial_page_table", "initial_pg_fixmap", "initial_pg_pmd", "pg0",
    "swapper_pg_dir",     "swapper_pg_fixmap", "swapper_pg_pmd",
};

/* Instructions that write the operand named last (AT&T) or first (Intel), without suffix. */
static const char *const writers[] = {
    "mov", "add", "sub", "adc", "sbb",  "and", "or",  "xor",     "xchg",
    "inc", "dec", "not", "neg", "xadd", "bts", "btr", "cmpxchg", "btc",
};

static bool is_writer(const char *mnemonic)
{
        size_t length = strlen(mnemonic);

        for (unsigned i = 0; i < sizeof writers / sizeof *writers; i++) {
                size_t base = strlen(writers[i]);

                if (!strncmp(mnemonic, writers[i], base) &&
                    (length == base || (length == base + 1 && strchr("bwl", mnemonic[length - 1]))))
                        return true;
        }
        return false;
}

/* A table's name as a whole word in [p, end). */
static bool names_table(const char *p, const char *end)
{
        while (p < end) {
                const char *word = p;

                if (!is_symbol(*p)) {
                        p++;
                        continue;
                }
                while (p < end && is_symbol(*p))
                        p++;
                for (unsigned i = 0; i < sizeof tables / sizeof *tables; i++)
                        if (strlen(tables[i]) == (size_t)(p - word) &&
                            !strncmp(word, tables[i], (size_t)(p - word)))
                                return true;
        }
        return false;
}

bool page_symbols_in(const char *text, const char *limit)
{
        for (unsigned i = 0; i < sizeof tables / sizeof *tables; i++)
                if (memmem(text, (size_t)(limit - text), tables[i], strlen(tables[i])))
                        return true;
        return false;
}

/* The comma behind the operand that begins at `p', or the end of the text. */
static const char *operand_end(const char *p)
{
        int depth = 0;

        for (; *p && (*p != ',' || depth); p++)
                depth += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
        return p;
}

bool page_symbol_stored(const char *mnemonic, const char *operands, struct syntax syntax)
{
        const char *begin = operands, *end = operand_end(begin);
        struct operand parsed[OPERANDS_MAX];
        unsigned count;

        if (!is_writer(mnemonic))
                return false;
        while (!syntax.intel && *end) {
                begin = end + 1;
                end = operand_end(begin);
        }
        if (!names_table(begin, end))
                return false;
        count = operands_parse(operands, syntax, parsed);
        if (!count || count >= OPERANDS_MAX || parsed[count - 1].kind != OPERAND_MEMORY)
                return false;
        /* Storing a segment register is sensitive for another reason. */
        return parsed[0].kind != OPERAND_REGISTER || parsed[0].reg_kind <= REG_GPR32;
}
