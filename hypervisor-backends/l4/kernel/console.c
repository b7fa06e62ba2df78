/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output for the one case the kernel must speak: it cannot start or go on.
 */
#include <stdarg.h>
#include "console.h"
#include "x86.h"

#define LINE_IER  1
#define LINE_LCR  3
#define LINE_LSR  5
#define LCR_8N1   0x03
#define LCR_DLAB  BIT(7)
#define LSR_EMPTY BIT(5)

/* The console, and the line on which whoever runs the machine hears why it stopped. */
static const struct {
        u16 port;
        const char *begin; /* of a sentence */
} lines[] = {
    {0x3F8, "afterburner l4: "},
    {0x2F8, "\nafterburn error L4 stopped: "}, /* what somebody had begun there is over */
};

static void put_char(u16 port, char c)
{
        if (c == '\n')
                put_char(port, '\r');
        /* A machine without a serial port reads all ones: never wait for long. */
        for (u32 tries = 0; tries < 100000 && !(inb((u16)(port + LINE_LSR)) & LSR_EMPTY); tries++)
                ;
        outb(port, (u8)c);
}

static void put_text(u16 port, const char *s)
{
        while (*s)
                put_char(port, *s++);
}

static void put_number(u16 port, u32 value, u32 base)
{
        char digits[11];
        u32 n = 0;

        do {
                digits[n++] = "0123456789abcdef"[value % base];
                value /= base;
        } while (value);
        while (n)
                put_char(port, digits[--n]);
}

static void line_init(u16 port)
{
        outb((u16)(port + LINE_LCR), LCR_DLAB | LCR_8N1);
        outb(port, 1);
        outb((u16)(port + LINE_IER), 0);
        outb((u16)(port + LINE_LCR), LCR_8N1);
}

void console_init(void)
{
        line_init(lines[0].port);
}

static void print(u16 port, const char *format, va_list args)
{
        for (; *format; format++) {
                if (*format != '%') {
                        put_char(port, *format);
                        continue;
                }
                switch (*++format) {
                case 's':
                        put_text(port, va_arg(args, const char *));
                        break;
                case 'u':
                        put_number(port, va_arg(args, u32), 10);
                        break;
                case 'x':
                        put_number(port, va_arg(args, u32), 16);
                        break;
                default:
                        put_char(port, *format);
                }
        }
}

void panic(const char *format, ...)
{
        va_list args;

        for (u32 i = 0; i < ARRAY_LEN(lines); i++) {
                line_init(lines[i].port);
                put_text(lines[i].port, lines[i].begin);
                va_start(args, format);
                print(lines[i].port, format, args);
                va_end(args);
        }
        machine_stop();
}

void machine_stop(void)
{
        for (;;)
                asm volatile("cli; hlt");
}
