/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that grows: what the pass puts together for the real assembler. */
#ifndef AFTERBURN_AS_BUFFER_H
#define AFTERBURN_AS_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct buffer {
        char *data;
        size_t length, room;
};

void buffer_add(struct buffer *buffer, const char *text, size_t length);
void buffer_string(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text as a gas string, in quotes. */
void buffer_quoted(struct buffer *buffer, const char *text, size_t length);

/* Read all of `descriptor'; a NUL byte follows the text.  False on a read error. */
int buffer_read(struct buffer *buffer, int descriptor);

/*
 * A file without a name that holds the text, positioned at its start, kept
 * across exec.  -1 on failure.
 */
int buffer_to_descriptor(const struct buffer *buffer);

void buffer_free(struct buffer *buffer);

#endif
