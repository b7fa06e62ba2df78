/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "as/scan.h"

#include <stdint.h>
#include <string.h>

enum { BLANK = 1, SYMBOL = 2, STOP = 4 };

#define LETTERS(c) [c] = SYMBOL, [c + 1] = SYMBOL, [c + 2] = SYMBOL, [c + 3] = SYMBOL

static const uint8_t classes[256] = {
    [' '] = BLANK,  ['\t'] = BLANK, ['\f'] = BLANK,  ['\r'] = BLANK, ['\n'] = STOP,  [';'] = STOP,
    ['"'] = STOP,   ['\''] = STOP,  ['#'] = STOP,    ['/'] = STOP,   [0] = STOP,     ['_'] = SYMBOL,
    ['.'] = SYMBOL, ['$'] = SYMBOL, ['\\'] = SYMBOL, LETTERS('0'),   LETTERS('4'),   ['8'] = SYMBOL,
    ['9'] = SYMBOL, LETTERS('a'),   LETTERS('e'),    LETTERS('i'),   LETTERS('m'),   LETTERS('q'),
    LETTERS('u'),   ['y'] = SYMBOL, ['z'] = SYMBOL,  LETTERS('A'),   LETTERS('E'),   LETTERS('I'),
    LETTERS('M'),   LETTERS('Q'),   LETTERS('U'),    ['Y'] = SYMBOL, ['Z'] = SYMBOL,
};

bool is_blank(char c)
{
        return classes[(uint8_t)c] & BLANK;
}

bool is_symbol(char c)
{
        return classes[(uint8_t)c] & SYMBOL || (uint8_t)c >= 0x80;
}

/* Past the slash-star comment at `p'. */
static const char *skip_comment(const char *p, const char *limit)
{
        for (p += 2; p < limit; p++)
                if (p[0] == '*' && p[1] == '/')
                        return p + 2;
        return limit;
}

const char *scan_string(const char *p, const char *limit)
{
        for (p++; p < limit; p++) {
                if (*p == '\\')
                        p++;
                else if (*p == '"')
                        return p + 1;
        }
        return limit;
}

/* Past the character constant at `p': 'c, 'c', '\n, '\n'. */
static const char *skip_character(const char *p, const char *limit)
{
        p++;
        if (p < limit && *p == '\\')
                p++;
        if (p < limit && *p != '\n')
                p++;
        if (p < limit && *p == '\'')
                p++;
        return p;
}

const char *scan_blanks(const char *p, const char *limit)
{
        for (;;) {
                while (is_blank(*p))
                        p++;
                if (p >= limit || p[0] != '/' || p[1] != '*')
                        return p < limit ? p : limit;
                p = skip_comment(p, limit);
        }
}

const char *scan_symbol(const char *p, const char *limit)
{
        const char *begin = p;

        while (p < limit) {
                if (is_symbol(*p))
                        p++;
                else if (p > begin && p[-1] == '\\' && *p == '@')
                        p++;
                else if (p > begin && p[-1] == '\\' && p[0] == '(' && p[1] == ')')
                        p += 2;
                else
                        break;
        }
        return p;
}

const char *scan_line(const char *p, const char *limit)
{
        const char *newline = memchr(p, '\n', (size_t)(limit - p));

        return newline ? newline + 1 : limit;
}

static const char *trim(const char *from, const char *to)
{
        while (to > from && is_blank(to[-1]))
                to--;
        return to;
}

const char *scan_rest(const char *p, const char *limit, const char **content)
{
        const char *begin = p;
        const char *end = NULL;     /* content before the first comment */
        const char *resumed = NULL; /* where text went on behind a comment */

        for (;;) {
                while (!(classes[(uint8_t)*p] & STOP))
                        p++;
                if (p >= limit || *p == '\n' || *p == ';')
                        break;
                switch (*p) {
                case '"':
                        p = scan_string(p, limit);
                        break;
                case '\'':
                        p = skip_character(p, limit);
                        break;
                case '#':
                        if (!end || trim(resumed, p) > resumed)
                                end = trim(begin, p);
                        *content = end;
                        p = memchr(p, '\n', (size_t)(limit - p));
                        return p ? p : limit;
                case '/':
                        if (p[1] != '*') {
                                p++;
                                break;
                        }
                        if (!end || trim(resumed, p) > resumed)
                                end = trim(begin, p);
                        p = skip_comment(p, limit);
                        resumed = p;
                        break;
                default:
                        p++;
                        break;
                }
        }
        if (p > limit)
                p = limit;
        if (!end || trim(resumed, p) > resumed)
                end = trim(begin, p);
        *content = end;
        return p;
}

bool scan_plain(const char *p, const char *end, char *buffer, size_t bytes)
{
        size_t n = 0;

        while (p < end) {
                const char *from = p;

                if (n + 2 >= bytes)
                        return false;
                if (is_blank(*p) || *p == '\n' || (p[0] == '/' && p + 1 < end && p[1] == '*')) {
                        p = *p == '/' ? skip_comment(p, end) : p + 1;
                        if (n && buffer[n - 1] != ' ')
                                buffer[n++] = ' ';
                        continue;
                }
                if (*p == '"')
                        p = scan_string(p, end);
                else if (*p == '\'')
                        p = skip_character(p, end);
                else
                        p++;
                if (p > end)
                        p = end;
                if (n + (size_t)(p - from) + 1 >= bytes)
                        return false;
                for (; from < p; from++)
                        buffer[n++] = *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from;
        }
        while (n && buffer[n - 1] == ' ')
                n--;
        buffer[n] = 0;
        return true;
}
