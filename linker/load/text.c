/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentence that goes with an error. */
#include <stdarg.h>
#include "kernel.h"

struct sink {
        char *text;
        uint32_t used;
};

static void put(struct sink *sink, char c)
{
        if (sink->used + 1 < AB_LOAD_TEXT_BYTES)
                sink->text[sink->used++] = c;
}

static void put_string(struct sink *sink, const char *text)
{
        while (*text)
                put(sink, *text++);
}

static void put_number(struct sink *sink, uint32_t value, uint32_t base)
{
        char digits[10];
        unsigned n = 0;

        do {
                digits[n++] = "0123456789abcdef"[value % base];
                value /= base;
        } while (value);
        while (n)
                put(sink, digits[--n]);
}

enum ab_load_error ab_load_refuse(enum ab_load_error *error, char text[AB_LOAD_TEXT_BYTES],
                                  enum ab_load_error what, const char *format, ...)
{
        struct sink sink = {text, 0};
        va_list arguments;

        va_start(arguments, format);
        for (; *format; format++) {
                if (*format != '%') {
                        put(&sink, *format);
                        continue;
                }
                switch (*++format) {
                case 's':
                        put_string(&sink, va_arg(arguments, const char *));
                        break;
                case 'x':
                        put_string(&sink, "0x");
                        put_number(&sink, va_arg(arguments, uint32_t), 16);
                        break;
                default:
                        put_number(&sink, va_arg(arguments, uint32_t), 10);
                }
        }
        va_end(arguments);
        text[sink.used] = 0;
        *error = what;
        return what;
}

bool ab_load_same(const char *a, const char *b)
{
        while (*a && *a == *b) {
                a++;
                b++;
        }
        return *a == *b;
}
