/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the marker lines of the compiler plugin (marker.h). */
#ifndef AFTERBURN_AS_MARKER_LINE_H
#define AFTERBURN_AS_MARKER_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum marker_kind {
        MARKER_BEGIN = 1,
        MARKER_END,
        MARKER_ACCESS,
        MARKER_HOOK,
        MARKER_NOTE,
};

struct marker_line {
        enum marker_kind kind;
        unsigned gprs, flags; /* of an end */
        unsigned number;      /* of a hook; enum ab_kind of an access */
        const char *text;     /* of a note */
        size_t length;
};

/* Read the comment [p, end), from its `#'.  False if it is not a marker. */
bool marker_line_read(const char *p, const char *end, struct marker_line *marker);

#endif
