/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of words: command lines, in and out.
 */
#ifndef AFTERBURN_DRIVER_WORDS_H
#define AFTERBURN_DRIVER_WORDS_H

#include <stdbool.h>

/* `word' ends with NULL once something was added. */
struct words {
        char **word;
        unsigned count;
};

/* Append a copy of a word. */
void words_add(struct words *words, const char *word);

/* Append the words of `text', separated by blanks. */
void words_split(struct words *words, const char *text);

/* Append the words of response file `path' as gcc reads them; false when it is not readable. */
bool words_read_response(struct words *words, const char *path);

/* What follows `start' in `word'; NULL when it does not begin so. */
const char *word_behind(const char *word, const char *start);

bool word_ends(const char *word, const char *ending);

#endif
