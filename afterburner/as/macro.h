/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Macros as far as they decide what a statement is: which names they define,
 * and which values their parameters take in this text.
 */
#ifndef AFTERBURN_AS_MACRO_H
#define AFTERBURN_AS_MACRO_H

#include <stdbool.h>
#include <stddef.h>

#define MACRO_DEPTH 16
#define CHOICES_MAX 48

struct parameter;

/* An open .macro, .irp or .rept. */
struct macro_frame {
        char *name; /* of a .macro, else NULL */
        struct parameter *parameters;
        bool collected; /* the values are complete */
};

struct macros {
        struct macro_frame frame[MACRO_DEPTH];
        unsigned depth;
        char **defined;
        unsigned defined_count, defined_room;
};

/*
 * The forms a statement with parameters takes: `text[i]' when the parameters
 * `names' (joined by blanks, each with its backslash) are `values[i]'.
 */
struct choice {
        unsigned count;
        char *names;
        char *text[CHOICES_MAX];
        char *values[CHOICES_MAX];
};

/* `.macro' with the operands [p, end); p NULL: a .rept. */
void macros_enter(struct macros *macros, const char *p, const char *end);

/* `.irp', or `.irpc' with `letters', with the operands [p, end). */
void macros_enter_list(struct macros *macros, const char *p, const char *end, bool letters);

/* `.endm' or `.endr'. */
void macros_leave(struct macros *macros);

void macros_free(struct macros *macros);

void macros_purge(struct macros *macros, const char *name);

/* Is the mnemonic [p, p + length) in truth a macro? */
bool macros_defined(const struct macros *macros, const char *p, size_t length);

/*
 * Find the forms of the plain statement `plain' in the open macros, from the
 * invocations in [text, limit).  At most CHOICES_MAX.
 */
void macros_choices(struct macros *macros, const char *text, const char *limit, const char *plain,
                    struct choice *choice);
void macros_choices_free(struct choice *choice);

#endif
