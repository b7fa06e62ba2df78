/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Other programs: whether they are there, and running them.
 */
#ifndef AFTERBURN_DRIVER_PROCESS_H
#define AFTERBURN_DRIVER_PROCESS_H

#include <stdbool.h>

/* Whether a command can be found: on the PATH, or where its name says. */
bool program_exists(const char *name);

/*
 * Run a command found on the PATH and wait for it.  Its standard input is
 * `input', or /dev/null where that is NULL; "-" leaves it alone.  Its standard
 * output goes to the end of file `output' unless that is NULL.  Returns its
 * exit status, 128 + signal number, or 127 when it cannot be run.
 */
int process_run(const char *const *argument, const char *input, const char *output);

#endif
