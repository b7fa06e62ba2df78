/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outputs that appear whole or not at all: written beside their final name
 * and renamed when complete.  What is there and no file, such as a device or a
 * pipe, stays and is written itself.
 */
#ifndef AFTERBURN_HOST_OUTPUT_H
#define AFTERBURN_HOST_OUTPUT_H

#include <stdio.h>

struct ab_output {
        FILE *stream;    /* write here */
        char *path;      /* final name */
        char *temporary; /* name until commit; null: it has its own */
};

/* Open an output that will be called `path'.  Ends the program on failure. */
void ab_output_open(struct ab_output *output, const char *path);

/*
 * Give the output its name, with permission bits `mode' (0: 0666 less the
 * umask).  Ends the program on failure; nothing is left behind then.
 */
void ab_output_commit(struct ab_output *output, unsigned mode);

/* Remove an output that is not wanted after all. */
void ab_output_abandon(struct ab_output *output);

#endif
