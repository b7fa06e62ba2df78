/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/operand.h"

#include <stdlib.h>
#include <string.h>

#include "as/scan.h"

#define SEG_DS 0x3e
#define SEG_SS 0x36

uint8_t segment_prefix(unsigned number)
{
        static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

        return number < sizeof prefixes ? prefixes[number] : 0;
}

/* Does [p, end) hold the character? */
static bool holds(const char *p, const char *end, char c)
{
        return p < end && memchr(p, c, (size_t)(end - p));
}

/* --- numbers --------------------------------------------------------------- */

struct cursor {
        const char *p, *end;
        bool failed;
};

static long parse_sum(struct cursor *c);

static void blanks(struct cursor *c)
{
        while (c->p < c->end && *c->p == ' ')
                c->p++;
}

static long parse_unary(struct cursor *c)
{
        char *stop;
        long value;

        blanks(c);
        if (c->p == c->end) {
                c->failed = true;
                return 0;
        }
        switch (*c->p) {
        case '-':
                c->p++;
                return -parse_unary(c);
        case '+':
                c->p++;
                return parse_unary(c);
        case '~':
                c->p++;
                return ~parse_unary(c);
        case '(':
                c->p++;
                value = parse_sum(c);
                blanks(c);
                if (c->p == c->end || *c->p != ')')
                        c->failed = true;
                else
                        c->p++;
                return value;
        default:
                break;
        }
        if (*c->p < '0' || *c->p > '9') {
                c->failed = true;
                return 0;
        }
        value = (long)strtoul(c->p, &stop, 0);
        c->p = stop;
        if (c->p < c->end && is_symbol(*c->p))
                c->failed = true; /* 1b, 0b101, 10h */
        return value;
}

static long parse_product(struct cursor *c)
{
        long value = parse_unary(c);

        for (;;) {
                blanks(c);
                if (c->failed || c->p == c->end)
                        return value;
                if (*c->p == '*') {
                        c->p++;
                        value = (long)((unsigned long)value * (unsigned long)parse_unary(c));
                } else if (c->end - c->p > 1 && c->p[0] == '<' && c->p[1] == '<') {
                        c->p += 2;
                        value = (long)((unsigned long)value << (parse_unary(c) & 63));
                } else {
                        return value;
                }
        }
}

static long parse_sum(struct cursor *c)
{
        long value = parse_product(c);

        for (;;) {
                blanks(c);
                if (c->failed || c->p == c->end || (*c->p != '+' && *c->p != '-'))
                        return value;
                if (*c->p++ == '+')
                        value = (long)((unsigned long)value + (unsigned long)parse_product(c));
                else
                        value = (long)((unsigned long)value - (unsigned long)parse_product(c));
        }
}

bool number_parse(const char *text, size_t length, long *value)
{
        struct cursor c = {text, text + length, false};

        *value = parse_sum(&c);
        blanks(&c);
        return !c.failed && c.p == c.end;
}

/* --- registers ------------------------------------------------------------- */

/* Recognise the register name [p, p + length).  Kind, or 0. */
static unsigned register_of(const char *p, size_t length, uint8_t *number)
{
        static const char gpr32[] = "eaxecxedxebxespebpesiedi";
        static const char gpr16[] = "axcxdxbxspbpsidi";
        static const char gpr8[] = "alcldlblahchdhbh";
        static const char seg[] = "escsssdsfsgs";

        if (length == 3 && p[0] == 'e')
                for (unsigned i = 0; i < 8; i++)
                        if (!memcmp(p, gpr32 + 3 * i, 3)) {
                                *number = (uint8_t)i;
                                return REG_GPR32;
                        }
        if (length == 2) {
                for (unsigned i = 0; i < 8; i++) {
                        *number = (uint8_t)i;
                        if (!memcmp(p, gpr16 + 2 * i, 2))
                                return REG_GPR16;
                        if (!memcmp(p, gpr8 + 2 * i, 2))
                                return REG_GPR8;
                        if (i < 6 && !memcmp(p, seg + 2 * i, 2))
                                return REG_SEG;
                }
        }
        if (length == 3 && p[1] == 'r' && p[2] >= '0' && p[2] <= '7') {
                *number = (uint8_t)(p[2] - '0');
                if (p[0] == 'c')
                        return REG_CR;
                if (p[0] == 'd')
                        return REG_DR;
        }
        if (length == 3 && p[0] == 'd' && p[1] == 'b' && p[2] >= '0' && p[2] <= '7') {
                *number = (uint8_t)(p[2] - '0');
                return REG_DR;
        }
        return 0;
}

/*
 * Read a register at `*p' (with or without %).  Advances and returns its kind;
 * 0 where there is none.
 */
static unsigned take_register(const char **p, bool naked, uint8_t *number)
{
        const char *q = *p;
        const char *end;
        bool percent = *q == '%';
        unsigned kind;

        if (percent)
                q++;
        else if (!naked)
                return 0;
        while (*q == ' ')
                q++;
        for (end = q; is_symbol(*end); end++)
                ;
        kind = register_of(q, (size_t)(end - q), number);
        if (!kind && percent)
                kind = REG_OTHER;
        if (kind)
                *p = end;
        return kind;
}

/* --- memory ---------------------------------------------------------------- */

/* Set the encoded size from what is known of base, index and displacement. */
static void measure(struct operand *o, int base, bool index, int displacement)
{
        bool sib = index || base == 4;

        o->absolute = base < 0 && !index;
        if (base < 0) {
                o->min = o->max = (uint8_t)(1 + sib + 4);
        } else {
                o->min = o->max = (uint8_t)(1 + sib);
                if (displacement == 0)
                        displacement = base == 5 ? 1 : 0;
                if (displacement < 0) {
                        o->max += 4;
                } else {
                        o->min += (uint8_t)displacement;
                        o->max += (uint8_t)displacement;
                }
        }
        o->segment = base == 4 || base == 5 ? SEG_SS : SEG_DS;
}

/* Bytes a displacement takes: 0, 1, 4, or -1 where only gas knows. */
static int displacement_bytes(const char *p, const char *end, struct syntax syntax)
{
        long value;

        while (p < end && *p == ' ')
                p++;
        if (p >= end)
                return 0;
        if (number_parse(p, (size_t)(end - p), &value)) {
                value = (int32_t)value;
                return !value ? 0 : value >= -128 && value <= 127 ? 1 : 4;
        }
        return syntax.assigned || holds(p, end, '\\') ? -1 : 4;
}

static void unknown_memory(struct operand *o)
{
        o->min = 1;
        o->max = 6;
        o->segment = 0;
}

/* AT&T: displacement(base,index,scale). */
static void parse_att_memory(const char *p, const char *end, struct syntax syntax,
                             struct operand *o)
{
        const char *open = NULL;
        int base = -1;
        bool index = false;
        uint8_t number;

        o->kind = OPERAND_MEMORY;
        if (end > p && end[-1] == ')') {
                int depth = 0;

                for (open = end - 1; open > p; open--) {
                        depth += *open == ')';
                        depth -= *open == '(';
                        if (!depth)
                                break;
                }
                if (!holds(open, end, '%') && !holds(open, end, '\\') && !syntax.naked)
                        open = NULL; /* an expression in parentheses */
        }
        if (open) {
                const char *q = open + 1;
                unsigned kind;

                if (holds(open, end, '\\')) {
                        unknown_memory(o);
                        return;
                }
                while (*q == ' ')
                        q++;
                kind = take_register(&q, syntax.naked, &number);
                if (kind == REG_GPR16) {
                        o->min = 1;
                        o->max = 3;
                        o->uses |= (uint8_t)(1u << number);
                        o->segment = number == 5 ? SEG_SS : SEG_DS;
                        return;
                }
                if (kind == REG_GPR32) {
                        base = number;
                        o->uses |= (uint8_t)(1u << number);
                }
                q += strspn(q, " ");
                if (*q == ',') {
                        q += 1 + strspn(q + 1, " ");
                        kind = take_register(&q, syntax.naked, &number);
                        index = kind != 0;
                        if (kind == REG_GPR32)
                                o->uses |= (uint8_t)(1u << number);
                }
        }
        measure(o, base, index, displacement_bytes(p, open ? open : end, syntax));
}

/* Intel: [base+index*scale+displacement], symbol[...], with bounds only. */
static void parse_intel_memory(const char *p, const char *end, struct syntax syntax,
                               struct operand *o)
{
        const char *begin = p;
        int base = -1;
        bool index = false, symbol = false;
        uint8_t number;

        o->kind = OPERAND_MEMORY;
        if (holds(p, end, '\\')) {
                unknown_memory(o);
                return;
        }
        while (p < end) {
                const char *q = p;
                unsigned kind;

                if (!is_symbol(*p) && *p != '%') {
                        p++;
                        continue;
                }
                kind = take_register(&q, true, &number);
                if (kind == REG_GPR16 || kind == REG_GPR32) {
                        o->uses |= (uint8_t)(1u << number);
                        while (*q == ' ')
                                q++;
                        if (kind == REG_GPR16) {
                                o->min = 1;
                                o->max = 3;
                                o->segment = number == 5 ? SEG_SS : SEG_DS;
                                return;
                        }
                        if (base < 0 && *q != '*' && !(p > begin && p[-1] == '*'))
                                base = number;
                        else
                                index = true;
                        p = q;
                        continue;
                }
                symbol = true;
                for (p++; p < end && is_symbol(*p); p++)
                        ;
        }
        (void)syntax;
        measure(o, base, index, symbol ? -1 : 0);
        if (base < 0)
                return;
        /* gas may choose either of two registers as the base */
        if (index && base != 4 && (o->uses & 1u << 5))
                o->segment = 0;
}

/* --- operands -------------------------------------------------------------- */

/* The operand is a register; ah to bh are parts of eax to ebx. */
static void set_register(struct operand *o, unsigned kind, uint8_t number)
{
        o->kind = OPERAND_REGISTER;
        o->reg_kind = (uint8_t)kind;
        o->reg = number;
        if (kind == REG_GPR32 || kind == REG_GPR16)
                o->uses = (uint8_t)(1u << number);
        else if (kind == REG_GPR8)
                o->uses = (uint8_t)(1u << (number & 3));
}

static void parse_att(const char *p, const char *end, struct syntax syntax, struct operand *o)
{
        uint8_t number;
        unsigned kind;

        if (*p == '*') {
                o->indirect = true;
                p += 1 + strspn(p + 1, " ");
        }
        if (p > end)
                p = end;
        if (*p == '$') {
                o->kind = OPERAND_IMMEDIATE;
                o->known = number_parse(p + 1, (size_t)(end - p - 1), &o->value);
                return;
        }
        if (*p == '\\' || (*p == '%' && holds(p, end, '\\'))) {
                const char *stop = scan_symbol(*p == '%' ? p + 1 : p, end);

                if (stop == end) {
                        o->kind = OPERAND_PARAMETER;
                        return;
                }
        }
        kind = take_register(&p, syntax.naked, &number);
        if (kind == REG_SEG) {
                const char *q = p + strspn(p, " ");

                if (*q == ':') {
                        o->override = segment_prefix(number);
                        p = q + 1;
                        p += strspn(p, " ");
                        if (*p == '*') { /* %gs:*symbol */
                                o->indirect = true;
                                p++;
                        }
                        if (p > end)
                                p = end;
                        kind = 0;
                }
        }
        if (kind) {
                set_register(o, kind, number);
                return;
        }
        parse_att_memory(p, end, syntax, o);
        if (o->override) {
                o->segment = o->override;
                o->min++;
                o->max++;
        }
}

static bool take_keyword(const char **p, const char *keyword)
{
        size_t length = strlen(keyword);

        if (strncmp(*p, keyword, length) || is_symbol((*p)[length]))
                return false;
        *p += length;
        *p += strspn(*p, " ");
        return true;
}

static void parse_intel(const char *p, const char *end, struct syntax syntax, struct operand *o)
{
        static const struct {
                const char *keyword;
                uint8_t width;
        } sizes[] = {{"byte", 1},  {"word", 2},   {"dword", 4}, {"fword", 6},
                     {"qword", 8}, {"tbyte", 10}, {"far", 6}};
        const char *start = p;
        uint8_t number;
        unsigned kind;
        bool sized = false;

        for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
                if (take_keyword(&p, sizes[i].keyword)) {
                        o->width = sizes[i].width;
                        o->far = o->width == 6;
                        sized = true;
                        break;
                }
        if (take_keyword(&p, "ptr"))
                sized = true;
        if (p > end)
                p = end;
        if (*p == '\\' && scan_symbol(p, end) == end) {
                o->kind = OPERAND_PARAMETER;
                return;
        }
        kind = take_register(&p, syntax.naked, &number);
        if (kind == REG_SEG && p[strspn(p, " ")] == ':') {
                o->override = segment_prefix(number);
                p += strspn(p, " ") + 1;
                kind = 0;
                if (p > end)
                        p = end;
        }
        if (kind && !holds(p, end, '[')) {
                set_register(o, kind, number);
                return;
        }
        if (!o->override && !sized && !holds(start, end, '[')) {
                if (number_parse(p, (size_t)(end - p), &o->value)) {
                        o->kind = OPERAND_IMMEDIATE;
                        o->known = true;
                        return;
                }
                if (holds(p, end, ':') || !strncmp(p, "offset ", 7)) {
                        o->kind = OPERAND_IMMEDIATE;
                        o->far = holds(p, end, ':');
                        return;
                }
        }
        parse_intel_memory(p, end, syntax, o);
        if (o->override) {
                o->segment = o->override;
                o->min++;
                o->max++;
        }
}

unsigned operands_parse(const char *text, struct syntax syntax, struct operand *operands)
{
        unsigned count = 0;
        const char *p = text + strspn(text, " ");

        while (*p && count < OPERANDS_MAX) {
                const char *begin = p, *end;
                int depth = 0;

                while (*p && (depth > 0 || *p != ',')) {
                        depth += *p == '(' || *p == '[';
                        depth -= *p == ')' || *p == ']';
                        p++;
                }
                for (end = p; end > begin && end[-1] == ' '; end--)
                        ;
                memset(&operands[count], 0, sizeof operands[count]);
                if (syntax.intel)
                        parse_intel(begin, end, syntax, &operands[count]);
                else
                        parse_att(begin, end, syntax, &operands[count]);
                count++;
                if (*p == ',')
                        p += 1 + strspn(p + 1, " ");
        }
        if (syntax.intel)
                for (unsigned i = 0; i < count / 2; i++) {
                        struct operand swap = operands[i];

                        operands[i] = operands[count - 1 - i];
                        operands[count - 1 - i] = swap;
                }
        return count;
}
