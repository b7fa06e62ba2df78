/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output for the one case the kernel must speak: it cannot start or go on.
 */
#include <stdarg.h>
#include "console.h"
#include "x86.h"

#define COM1      0x3F8
#define COM1_IER  (COM1 + 1)
#define COM1_LCR  (COM1 + 3)
#define COM1_LSR  (COM1 + 5)
#define LCR_8N1   0x03
#define LCR_DLAB  BIT(7)
#define LSR_EMPTY BIT(5)

static void put_char(char c)
{
        if (c == '\n')
                put_char('\r');
        /* A machine without a serial port reads all ones: never wait for long. */
        for (u32 tries = 0; tries < 100000 && !(inb(COM1_LSR) & LSR_EMPTY); tries++)
                ;
        outb(COM1, (u8)c);
}

static void put_number(u32 value, u32 base)
{
        char digits[11];
        u32 n = 0;

        do {
                digits[n++] = "0123456789abcdef"[value % base];
                value /= base;
        } while (value);
        while (n)
                put_char(digits[--n]);
}

void console_init(void)
{
        outb(COM1_LCR, LCR_DLAB | LCR_8N1);
        outb(COM1, 1);
        outb(COM1_IER, 0);
        outb(COM1_LCR, LCR_8N1);
}

void console_print(const char *format, ...)
{
        va_list args;

        console_init();
        va_start(args, format);
        for (; *format; format++) {
                if (*format != '%') {
                        put_char(*format);
                        continue;
                }
                switch (*++format) {
                case 's':
                        for (const char *s = va_arg(args, const char *); *s; s++)
                                put_char(*s);
                        break;
                case 'u':
                        put_number(va_arg(args, u32), 10);
                        break;
                case 'x':
                        put_number(va_arg(args, u32), 16);
                        break;
                default:
                        put_char(*format);
                }
        }
        va_end(args);
}

void machine_stop(void)
{
        for (;;)
                asm volatile("cli; hlt");
}
