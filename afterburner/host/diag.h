/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of the host programs.  One clear line each, on standard error:
 *
 *      afterburn: FILE: what is wrong: what to do
 *
 * Exit status: 0 success, 1 the input or the machine is at fault, 2 usage.
 */
#ifndef AFTERBURN_HOST_DIAG_H
#define AFTERBURN_HOST_DIAG_H

#include <stdbool.h>

enum { AB_EXIT_OK = 0, AB_EXIT_ERROR = 1, AB_EXIT_USAGE = 2 };

/* Name before every message; "afterburn" until set.  `name' is kept, not copied. */
void ab_set_program(const char *name);
const char *ab_program(void);

/* Print one message line; the second ends the program with `status'. */
void ab_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ab_die(int status, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Print one warning line. */
void ab_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print what --version asks for: program, version and licence. */
void ab_print_version(const char *name);

/* Allocation that ends the program when memory is out; never returns NULL. */
void *ab_alloc(unsigned long bytes);
void *ab_realloc(void *old, unsigned long bytes);
char *ab_strdup(const char *s);
char *ab_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
