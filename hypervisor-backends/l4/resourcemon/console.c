/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines are kept whole, so that two clients never share one. */
#include <l4/io.h>
#include "console.h"

void console_flush(struct console *c)
{
        if (!c->used)
                return;
        c->line[c->used] = 0;
        l4_printf("%s: %s\n", c->name, c->line);
        c->used = 0;
}

void console_write(struct console *c, const char *text, unsigned int n)
{
        for (; n--; text++) {
                if (*text == '\n') {
                        if (!c->used)
                                l4_printf("%s:\n", c->name);
                        console_flush(c);
                        continue;
                }
                if (*text == '\r')
                        continue;
                if (c->used == sizeof(c->line) - 1)
                        console_flush(c);
                c->line[c->used++] = *text;
        }
}
