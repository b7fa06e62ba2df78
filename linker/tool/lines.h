/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Function, file and line of an address, through BFD.
 */
#ifndef AFTERBURN_TOOL_LINES_H
#define AFTERBURN_TOOL_LINES_H

#include "records/image.h"

struct ab_lines;

struct ab_line {
        const char *function; /* or NULL */
        const char *file;     /* as the debug information has it, or NULL */
        unsigned line;        /* 0: unknown */
};

/*
 * Open the file `image' came from.  NULL where there is nothing to find: the
 * payload of a bzImage, or a file BFD does not know.
 */
struct ab_lines *ab_lines_open(const struct ab_image *image);
void ab_lines_close(struct ab_lines *lines);

/* Whether the file has debug information. */
bool ab_lines_are_exact(const struct ab_lines *lines);

/* Strings live until ab_lines_close(). */
void ab_lines_find(struct ab_lines *lines, uint32_t address, struct ab_line *line);

#endif
