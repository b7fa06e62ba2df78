/* SPDX-License-Identifier: BSD-2-Clause */
/* The console: the first serial line. */
#include "ring0.h"

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, RECEIVED = 1, TRANSMITTER_EMPTY = 0x20 };

void ring0_console_start(void)
{
        outb(COM1 + 1, 0);
        outb(COM1 + 3, 0x80); /* divisor */
        outb(COM1, 1);        /* 115200 */
        outb(COM1 + 1, 0);
        outb(COM1 + 3, 0x03); /* 8 bits, no parity */
        outb(COM1 + 2, 0x07); /* buffers on */
        outb(COM1 + 4, 0x0b); /* ready, interrupt line on */
        outb(COM1 + 1, 0x01); /* interrupt on input */
}

void backend_console_write(const char *text, uint32_t bytes)
{
        while (bytes--) {
                while (!(inb(LINE_STATUS) & TRANSMITTER_EMPTY))
                        ;
                outb(COM1, *text++);
        }
}

uint32_t backend_console_read(char *text, uint32_t bytes)
{
        uint32_t n = 0;

        while (n < bytes && (inb(LINE_STATUS) & RECEIVED))
                text[n++] = inb(COM1);
        return n;
}
