/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines for the log: what a guest did that a user may want to know, each once. */
#include "chips.h"

enum { LINE = 96, MOST = 32 };

static uint32_t lines;

static uint32_t append(char *line, uint32_t n, const char *text)
{
        while (*text && n < LINE)
                line[n++] = *text++;
        return n;
}

void log_start(void)
{
        lines = 0;
}

void log_number(const char *text, uint32_t number)
{
        char line[LINE], digits[] = "0x00000000\n";
        uint32_t n, i;

        if (lines++ >= MOST)
                return;
        for (i = 0; i < 8; i++)
                digits[2 + i] = "0123456789abcdef"[number >> (28 - 4 * i) & 15];
        n = append(line, 0, "afterburn log ");
        n = append(line, n, text);
        n = append(line, n, " ");
        n = append(line, n, digits);
        backend_control_write(line, n);
}
