/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's last words: on the console (first serial port) and, for the
 * program that started the machine, on the control channel (second one).
 */
#include "loader.h"

#include <afterburn/port.h>

enum { CONSOLE_PORT = 0x3f8, CONTROL_PORT = 0x2f8 };

static void say(uint16_t port, const char *text)
{
        unsigned patience;

        for (; *text; text++) {
                for (patience = 100000; patience && !(inb((uint16_t)(port + 5)) & 0x20); patience--)
                        ;
                outb(port, (uint8_t)*text);
        }
}

void console_fatal(const char *what, const char *remedy)
{
        static const uint16_t ports[] = {CONSOLE_PORT, CONTROL_PORT};
        unsigned i;

        for (i = 0; i < 2; i++) {
                outb((uint16_t)(ports[i] + 3), 3); /* 8 bits */
                say(ports[i], i ? "afterburn error " : "afterburn: loader: ");
                say(ports[i], what);
                say(ports[i], ": ");
                say(ports[i], remedy);
                say(ports[i], "\n");
        }
        for (;;)
                asm volatile("cli; hlt");
}
