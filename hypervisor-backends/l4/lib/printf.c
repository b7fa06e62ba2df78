/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output without a C library. */
#include <l4/io.h>

void (*l4_putc)(char c) = l4_serial_putc;

static void put_text(void (*put)(char c), const char *s, int width, int left)
{
        int pad = width - (int)strlen(s);

        for (; !left && pad > 0; pad--)
                put(' ');
        while (*s)
                put(*s++);
        for (; pad > 0; pad--)
                put(' ');
}

static void put_number(void (*put)(char c), uint64_t v, unsigned int base, int negative, int width,
                       char fill, int left)
{
        char buf[24], *p = buf + sizeof(buf) - 1;

        *p = 0;
        do {
                *--p = "0123456789abcdef"[v % base];
                v /= base;
        } while (v);
        while (fill == '0' && buf + sizeof(buf) - 1 - p < width - negative && p > buf + 1)
                *--p = '0';
        if (negative)
                *--p = '-';
        put_text(put, p, width, left);
}

void l4_vprintf(void (*put)(char c), const char *fmt, va_list ap)
{
        for (; *fmt; fmt++) {
                int width = 0, left = 0, longs = 0;
                char fill = ' ';
                uint64_t v;

                if (*fmt != '%') {
                        put(*fmt);
                        continue;
                }
                fmt++;
                if (*fmt == '-')
                        left = 1, fmt++;
                if (*fmt == '0')
                        fill = '0', fmt++;
                while (*fmt >= '0' && *fmt <= '9')
                        width = width * 10 + *fmt++ - '0';
                while (*fmt == 'l')
                        longs++, fmt++;
                switch (*fmt) {
                case 'c':
                        put((char)va_arg(ap, int));
                        break;
                case 's':
                        put_text(put, va_arg(ap, const char *), width, left);
                        break;
                case 'd':
                case 'i': {
                        int64_t s = longs > 1 ? va_arg(ap, int64_t) : va_arg(ap, int32_t);

                        put_number(put, s < 0 ? -(uint64_t)s : (uint64_t)s, 10, s < 0, width, fill,
                                   left);
                        break;
                }
                case 'u':
                case 'x':
                case 'p':
                        v = longs > 1 ? va_arg(ap, uint64_t) : va_arg(ap, uint32_t);
                        put_number(put, v, *fmt == 'u' ? 10 : 16, 0, width, fill, left);
                        break;
                case 0:
                        return;
                default:
                        put(*fmt);
                }
        }
}

int l4_printf(const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        l4_vprintf(l4_putc, fmt, ap);
        va_end(ap);
        return 0;
}
