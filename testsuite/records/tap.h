/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Test Anything Protocol for C tests: one line per behaviour.
 */
#ifndef AFTERBURN_TEST_TAP_H
#define AFTERBURN_TEST_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned tap_number, tap_failures;

static inline bool __attribute__((format(printf, 2, 3))) ok(bool good, const char *format, ...)
{
        va_list arguments;

        printf("%sok %u - ", good ? "" : "not ", ++tap_number);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
        tap_failures += !good;
        return good;
}

static inline void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
        va_list arguments;

        fputs("# ", stdout);
        va_start(arguments, format);
        vprintf(format, arguments);
        va_end(arguments);
        putchar('\n');
}

static inline int tap_done(void)
{
        printf("1..%u\n", tap_number);
        return tap_failures != 0;
}

#endif
