/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A gcc command line, as far as afterburn-cc must understand it.
 */
#ifndef AFTERBURN_DRIVER_CC_LINE_H
#define AFTERBURN_DRIVER_CC_LINE_H

#include <stdbool.h>

#include "driver/words.h"

enum cc_mode {
        CC_LINK,       /* compile and link, or only link */
        CC_PREPROCESS, /* -E, -M, -MM */
        CC_COMPILE,    /* -S */
        CC_ASSEMBLE,   /* -c */
        CC_ASK,        /* nothing is compiled: -print-*, -dump*, --version ... */
};

struct cc_line {
        enum cc_mode mode;
        const char *output;   /* of -o, or NULL */
        struct words sources; /* inputs that are not objects or archives */
        bool c;               /* a source is C */
        bool assembly;        /* a source is assembly */
        bool syntax_only;
        bool has_march;
        bool is_64bit;
        bool has_null_input; /* a probe: compiles /dev/null */
};

/* Understand the arguments, response files included. */
void cc_line_read(struct cc_line *line, char **argument, unsigned count);

#endif
