/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the text of an asm template. */
#include <stdlib.h>
#include <string.h>
#include "template.h"

/* How much of a table row's operand shape a word test has to check. */
enum shape { ANY, SEG_SRC, SEG_DST, SEG_ONE, CR_SRC, CR_DST, DR_SRC, DR_DST, FAR };

struct row {
        const char *spellings;
        enum shape shape;
};

static const struct row rows[] = {
#define AB_INSN(id, number, spellings, shape, ...) {spellings, shape},
#include <insn-ia32.def>
#undef AB_INSN
};

struct word {
        char text[16];
        unsigned shapes; /* 1 << enum shape */
};

static struct word words[512];
static int word_count;

static int compare_words(const void *a, const void *b)
{
        return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static void add_word(const char *text, size_t chars, enum shape shape)
{
        if (chars >= sizeof(words[0].text))
                abort();
        for (int i = 0; i < word_count; i++) {
                if (strlen(words[i].text) == chars && !memcmp(words[i].text, text, chars)) {
                        words[i].shapes |= 1u << shape;
                        return;
                }
        }
        if (word_count == (int)(sizeof(words) / sizeof(words[0])))
                abort();
        memcpy(words[word_count].text, text, chars);
        words[word_count++].shapes = 1u << shape;
}

void ab_template_init(void)
{
        if (word_count)
                return;
        for (const struct row &row : rows) {
                for (const char *s = row.spellings; *s;) {
                        size_t chars = strcspn(s, " ");
                        add_word(s, chars, row.shape);
                        s += chars;
                        s += strspn(s, " ");
                }
        }
        qsort(words, word_count, sizeof(words[0]), compare_words);
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r';
}

static bool is_word(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == '$';
}

static bool span_is(const char *s, int chars, const char *word)
{
        return (int)strlen(word) == chars && !strncmp(s, word, chars);
}

static bool is_prefix(const char *s, int chars)
{
        static const char *const prefixes[] = {
            "lock",   "rep",    "repe", "repz", "repne", "repnz", "data16", "addr16",
            "data32", "addr32", "cs",   "ds",   "es",    "fs",    "gs",     "ss"};

        for (const char *prefix : prefixes) {
                if (span_is(s, chars, prefix))
                        return true;
        }
        return false;
}

/* Skip blanks and comments; with `lines' also line ends and separators. */
static const char *skip_space(const char *p, bool lines)
{
        for (;;) {
                if (is_blank(*p) || (lines && (*p == '\n' || *p == ';'))) {
                        p++;
                } else if (*p == '#') {
                        p += strcspn(p, "\n");
                } else if (p[0] == '/' && p[1] == '*') {
                        const char *end = strstr(p + 2, "*/");
                        p = end ? end + 2 : p + strlen(p);
                } else {
                        return p;
                }
        }
}

/* First character behind the statement that begins at p. */
static const char *statement_end(const char *p)
{
        while (*p && *p != '\n' && *p != ';' && *p != '#') {
                if (*p == '"') {
                        for (p++; *p && *p != '"'; p++) {
                                if (*p == '\\' && p[1])
                                        p++;
                        }
                        if (*p)
                                p++;
                } else {
                        p++;
                }
        }
        return p;
}

/* First character behind a label `name:' (name may hold %= or %lN), or NULL. */
static const char *skip_label(const char *p)
{
        const char *s = p;

        while (is_word(*s) || (*s == '%' && (s[1] == '=' || is_word(s[1]))) ||
               (s > p && *s == '=' && s[-1] == '%'))
                s++;
        return s > p && *s == ':' ? s + 1 : NULL;
}

static void follow_section(struct ab_scanner *scanner, const struct ab_statement *s)
{
        const char *m = s->mnemonic;
        int n = s->mnemonic_chars;

        if (span_is(m, n, ".pushsection"))
                scanner->pushed++;
        else if (span_is(m, n, ".popsection") && scanner->pushed)
                scanner->pushed--;
        else if (span_is(m, n, ".section") || span_is(m, n, ".subsection") ||
                 span_is(m, n, ".data"))
                scanner->switched = true;
        else if (span_is(m, n, ".previous") || span_is(m, n, ".text"))
                scanner->switched = false;
}

void ab_scan_begin(struct ab_scanner *scanner, const char *text)
{
        scanner->next = text;
        scanner->pushed = 0;
        scanner->switched = false;
}

bool ab_scan_next(struct ab_scanner *scanner, struct ab_statement *out)
{
        const char *p = scanner->next, *label;

        out->start = NULL;
        for (;;) {
                p = skip_space(p, true);
                if (!*p)
                        return false;
                label = skip_label(p);
                if (label) {
                        p = label;
                        continue;
                }
                if (!out->start)
                        out->start = p;
                out->mnemonic = p;
                if (*p == '%' && p[1] == '%') /* "%%gs mov ..." is no statement we know */
                        p += 2;
                while (is_word(*p))
                        p++;
                out->mnemonic_chars = (int)(p - out->mnemonic);
                if (!is_prefix(out->mnemonic, out->mnemonic_chars))
                        break;
                /* A prefix may stand alone before a separator: it belongs to what follows. */
                p = skip_space(p, true);
                if (!*p)
                        break;
        }
        out->operands = p;
        out->end = statement_end(p);
        scanner->next = out->end;
        out->aside = scanner->pushed || scanner->switched;
        follow_section(scanner, out);
        return true;
}

/* Whether a register name of the family stands in [p, end): "cr" 0-8, "dr" or "db" 0-7. */
static bool names_numbered(const char *p, const char *end, const char *family)
{
        for (; p + 3 <= end; p++) {
                if (!strncmp(p, family, 2) && p[2] >= '0' && p[2] <= '8' &&
                    (p + 3 == end || !is_word(p[3])))
                        return true;
        }
        return false;
}

/* A segment register as an operand; an override (%fs:...) is none. */
static bool names_segment(const char *p, const char *end)
{
        const char *start = p;

        for (; p + 2 <= end; p++) {
                if (p[1] != 's' || !strchr("cdefgs", p[0]) || (p > start && is_word(p[-1])))
                        continue;
                if (p + 2 == end || (!is_word(p[2]) && p[2] != ':'))
                        return true;
        }
        return false;
}

static bool far_target(const struct ab_statement *s)
{
        const char *p = s->operands;

        if (s->mnemonic[0] == 'l' || s->mnemonic[0] == 'r')
                return true;
        while (is_blank(*p))
                p++;
        return *p == '$' || !strncmp(p, "far", 3);
}

/* A .byte list that may encode a sensitive instruction: a two-byte opcode, or a known byte. */
static bool sensitive_bytes(const struct ab_statement *s)
{
        const char *p = s->operands;

        while (p < s->end) {
                char *next;
                unsigned long value;

                while (p < s->end && (is_blank(*p) || *p == ','))
                        p++;
                value = strtoul(p, &next, 0);
                if (next == p)
                        return false;
                while (is_blank(*next))
                        next++;
                if (next < s->end && *next != ',')
                        return false; /* an expression: a table entry, not an instruction */
                /* 0f 0b is ud2, which is relied upon and nowhere sensitive. */
                if (value == 0x0f && strtoul(next + (*next == ','), NULL, 0) == 0x0b)
                        return false;
                if (value == 0x0f || value == 0xcf || value == 0x9c || value == 0x9d ||
                    value == 0xf4 || value == 0xfa || value == 0xfb || value == 0xea)
                        return true;
                p = next;
        }
        return false;
}

static bool statement_sensitive(const struct ab_statement *s)
{
        struct word key, *found;

        if (span_is(s->mnemonic, s->mnemonic_chars, ".byte"))
                return sensitive_bytes(s);
        if (s->mnemonic_chars <= 0 || s->mnemonic_chars >= (int)sizeof(key.text))
                return false;
        for (int i = 0; i < s->mnemonic_chars; i++) {
                char c = s->mnemonic[i];
                key.text[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        }
        key.text[s->mnemonic_chars] = 0;
        found = (struct word *)bsearch(&key, words, word_count, sizeof(words[0]), compare_words);
        if (!found)
                return false;
        if (found->shapes & 1u << ANY)
                return true;
        if (found->shapes & 1u << FAR && far_target(s))
                return true;
        if (found->shapes & (1u << SEG_SRC | 1u << SEG_DST | 1u << SEG_ONE) &&
            names_segment(s->operands, s->end))
                return true;
        if (found->shapes & (1u << CR_SRC | 1u << CR_DST) &&
            names_numbered(s->operands, s->end, "cr"))
                return true;
        return found->shapes & (1u << DR_SRC | 1u << DR_DST) &&
               (names_numbered(s->operands, s->end, "dr") ||
                names_numbered(s->operands, s->end, "db"));
}

bool ab_template_sensitive(const char *text)
{
        struct ab_scanner scanner;
        struct ab_statement s;

        ab_scan_begin(&scanner, text);
        while (ab_scan_next(&scanner, &s)) {
                if (statement_sensitive(&s))
                        return true;
        }
        return false;
}

bool ab_template_may_resume(const char *text)
{
        return strstr(text, "__ex_table") || strstr(text, ".fixup");
}

bool ab_template_transfers(const char *text)
{
        static const char *const transfers[] = {"iret",    "ret",    "retf", "lret", "ljmp",
                                                "sysexit", "sysret", "jmp",  "rsm"};
        struct ab_scanner scanner;
        struct ab_statement s, last;
        bool any = false;

        ab_scan_begin(&scanner, text);
        while (ab_scan_next(&scanner, &s)) {
                if (!s.aside && *s.mnemonic != '.') {
                        last = s;
                        any = true;
                }
        }
        if (!any)
                return false;
        for (const char *transfer : transfers) {
                int chars = (int)strlen(transfer);

                if (last.mnemonic_chars >= chars && last.mnemonic_chars <= chars + 1 &&
                    !strncmp(last.mnemonic, transfer, chars))
                        return true;
        }
        return false;
}

/* Whether %N, with or without a modifier letter, stands in [p, end). */
static bool mentions(const char *p, const char *end, int number)
{
        for (; p < end; p++) {
                const char *digits;
                char *after;

                if (*p != '%')
                        continue;
                if (p[1] == '%') {
                        p++;
                        continue;
                }
                digits = p + 1;
                if ((*digits >= 'a' && *digits <= 'z') || (*digits >= 'A' && *digits <= 'Z'))
                        digits++;
                if (*digits >= '0' && *digits <= '9' && strtol(digits, &after, 10) == number)
                        return true;
        }
        return false;
}

/* What instructions do to their destination, by mnemonic without size suffix. */
enum where {
        LAST,   /* the last operand is the destination */
        EVERY,  /* any operand may be the memory */
        STRING, /* memory at EDI, no operand names it */
};

struct effect {
        const char *mnemonic;
        int access;
        enum where where;
};

#define R AB_ACCESS_READ
#define W AB_ACCESS_WRITE
#define S AB_ACCESS_BIT_STRING
static const struct effect effects[] = {
    {"mov", W, LAST},         {"movnti", W, LAST},        {"pop", W, LAST},
    {"bt", R | S, LAST},      {"bts", R | W | S, LAST},   {"btr", R | W | S, LAST},
    {"btc", R | W | S, LAST}, {"add", R | W, LAST},       {"adc", R | W, LAST},
    {"sub", R | W, LAST},     {"sbb", R | W, LAST},       {"and", R | W, LAST},
    {"or", R | W, LAST},      {"xor", R | W, LAST},       {"inc", R | W, LAST},
    {"dec", R | W, LAST},     {"neg", R | W, LAST},       {"not", R | W, LAST},
    {"shl", R | W, LAST},     {"sal", R | W, LAST},       {"shr", R | W, LAST},
    {"sar", R | W, LAST},     {"rol", R | W, LAST},       {"ror", R | W, LAST},
    {"rcl", R | W, LAST},     {"rcr", R | W, LAST},       {"shld", R | W, LAST},
    {"shrd", R | W, LAST},    {"xchg", R | W, EVERY},     {"xadd", R | W, LAST},
    {"cmpxchg", R | W, LAST}, {"cmpxchg8b", R | W, LAST}, {"cmp", R, EVERY},
    {"test", R, EVERY},       {"push", R, EVERY},         {"stos", W, STRING},
    {"movs", W, STRING},
};
#undef R
#undef W
#undef S

static const struct effect *find_effect(const struct ab_statement *s)
{
        for (int strip = 0; strip <= 1; strip++) {
                int chars = s->mnemonic_chars - strip;

                if (chars <= 0 || (strip && !strchr("bwlq", s->mnemonic[chars])))
                        return NULL;
                for (const struct effect &effect : effects) {
                        if (span_is(s->mnemonic, chars, effect.mnemonic))
                                return &effect;
                }
        }
        return NULL;
}

/* Where the last operand of the AT&T alternative begins and ends. */
static void last_operand(const struct ab_statement *s, const char **begin, const char **end)
{
        int parens = 0;

        *begin = s->operands;
        *end = s->end;
        for (const char *p = s->operands; p < s->end; p++) {
                if (*p == '(')
                        parens++;
                else if (*p == ')')
                        parens--;
                else if (*p == ',' && !parens)
                        *begin = p + 1;
                else if (*p == '|' && memchr(s->operands, '{', p - s->operands) &&
                         memchr(p, '}', s->end - p)) {
                        const char *closed = (const char *)memchr(p, '}', s->end - p);
                        /* "mov{l}" and "{l|}": a suffix, not an operand list. */
                        if (*begin == s->operands && !memchr(s->operands, '%', p - s->operands)) {
                                p = closed;
                                continue;
                        }
                        *end = p;
                        return;
                }
        }
}

int ab_statement_access(const struct ab_statement *s, int number, bool pointer)
{
        const struct effect *effect = find_effect(s);
        const char *begin, *end;

        if (!effect)
                return 0;
        last_operand(s, &begin, &end);
        if (effect->where == STRING)
                return pointer ? effect->access : 0;
        if (pointer && !memchr(begin, '(', end - begin) && effect->where != EVERY)
                return 0;
        if (pointer && !memchr(s->operands, '(', s->end - s->operands))
                return 0;
        if (mentions(begin, end, number))
                return effect->access;
        if (mentions(s->operands, begin, number))
                return effect->where == EVERY ? effect->access : AB_ACCESS_READ;
        return 0;
}

int ab_statement_source(const struct ab_statement *s)
{
        const char *p = s->operands;
        char *after;
        long number;

        while (p < s->end && (is_blank(*p) || *p == '{'))
                p++;
        if (*p == 'l' || *p == 'w' || *p == 'b')
                p++;
        while (p < s->end && (is_blank(*p) || *p == '}'))
                p++;
        if (*p != '%')
                return -1;
        p++;
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
                p++;
        if (*p < '0' || *p > '9')
                return -1;
        number = strtol(p, &after, 10);
        while (is_blank(*after))
                after++;
        return *after == ',' ? (int)number : -1;
}
