/* SPDX-License-Identifier: BSD-2-Clause */
#include "ktap.h"

static uint32_t tests, failures;

static void text(const char *s)
{
        uint32_t n = 0;

        while (s[n])
                n++;
        backend_console_write(s, n);
}

static void number(uint32_t n)
{
        char digits[11];
        uint32_t at = 10;

        digits[10] = 0;
        do
                digits[--at] = '0' + n % 10;
        while (n /= 10);
        text(digits + at);
}

void ktap_ok(bool ok, const char *what)
{
        text(ok ? "ok " : "not ok ");
        number(++tests);
        text(" - ");
        text(what);
        text("\n");
        failures += !ok;
}

void ktap_line(const char *line)
{
        text(line);
        text("\n");
}

bool ktap_done(void)
{
        text("1..");
        number(tests);
        text("\n");
        return !failures;
}
