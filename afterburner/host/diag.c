/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "host/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program = "afterburn";

/* However a program ends: what it printed has been written, or its exit status tells. */
static void finish_output(void)
{
        if (!fflush(stdout) && !ferror(stdout))
                return;
        fprintf(stderr,
                "%s: standard output: cannot be written: the disk is full, or its reader gone\n",
                program);
        _exit(AB_EXIT_ERROR);
}

__attribute__((constructor)) static void begin(void)
{
        atexit(finish_output);
}

void ab_set_program(const char *name)
{
        program = name;
}

const char *ab_program(void)
{
        return program;
}

static void message(const char *kind, const char *format, va_list arguments)
{
        /* Standard output first, so that the order on a terminal is the order of events. */
        fflush(stdout);
        fprintf(stderr, "%s: %s", program, kind);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
}

void ab_error(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        message("", format, arguments);
        va_end(arguments);
}

void ab_warn(const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        message("warning: ", format, arguments);
        va_end(arguments);
}

void ab_die(int status, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        message("", format, arguments);
        va_end(arguments);
        exit(status);
}

void ab_print_version(const char *name)
{
        printf("%s (Afterburn) " PACKAGE_VERSION "\n"
               "License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\n"
               "This is free software: you are free to change and redistribute it.\n"
               "There is NO WARRANTY, to the extent permitted by law.\n",
               name);
}

void *ab_realloc(void *old, unsigned long bytes)
{
        void *p = realloc(old, bytes ? bytes : 1);

        if (!p)
                ab_die(AB_EXIT_ERROR, "out of memory (%lu bytes)", bytes);
        return p;
}

void *ab_alloc(unsigned long bytes)
{
        return memset(ab_realloc(NULL, bytes), 0, bytes);
}

char *ab_strdup(const char *s)
{
        size_t bytes = strlen(s) + 1;

        return memcpy(ab_alloc(bytes), s, bytes);
}

char *ab_format(const char *format, ...)
{
        va_list arguments;
        char *s;
        int length;

        va_start(arguments, format);
        length = vasprintf(&s, format, arguments);
        va_end(arguments);
        if (length < 0)
                ab_die(AB_EXIT_ERROR, "out of memory");
        return s;
}
