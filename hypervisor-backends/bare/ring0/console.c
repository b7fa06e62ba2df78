/* SPDX-License-Identifier: BSD-2-Clause */
/* The console: the first serial line.  Whoever runs us: the second. */
#include "ring0.h"

enum { COM1 = 0x3f8, COM2 = 0x2f8, RECEIVED = 1, TRANSMITTER_EMPTY = 0x20 };

static void start_line(uint32_t base)
{
        outb(base + 1, 0);
        outb(base + 3, 0x80); /* divisor */
        outb(base, 1);        /* 115200 */
        outb(base + 1, 0);
        outb(base + 3, 0x03); /* 8 bits, no parity */
        outb(base + 2, 0x07); /* buffers on */
        outb(base + 4, 0x0b); /* ready, interrupt line on */
}

void ring0_console_start(void)
{
        start_line(COM1);
        start_line(COM2);
        outb(COM1 + 1, 0x01); /* interrupt on input */
}

static void write_line(uint32_t base, const char *text, uint32_t bytes)
{
        while (bytes--) {
                while (!(inb(base + 5) & TRANSMITTER_EMPTY))
                        ;
                outb(base, *text++);
        }
}

void backend_console_write(const char *text, uint32_t bytes)
{
        write_line(COM1, text, bytes);
}

/* Where there is no second line its ports read all ones, and the text is gone. */
void backend_control_write(const char *text, uint32_t bytes)
{
        write_line(COM2, text, bytes);
}

uint32_t backend_console_read(char *text, uint32_t bytes)
{
        uint32_t n = 0;

        while (n < bytes && (inb(COM1 + 5) & RECEIVED))
                text[n++] = inb(COM1);
        return n;
}
