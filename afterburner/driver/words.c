/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/diag.h"

void words_add(struct words *words, const char *word)
{
        words->word = ab_realloc(words->word, (words->count + 2) * sizeof *words->word);
        words->word[words->count++] = ab_strdup(word);
        words->word[words->count] = NULL;
}

void words_split(struct words *words, const char *text)
{
        while (*text) {
                size_t length = strcspn(text, " ");

                if (length) {
                        char *word = ab_format("%.*s", (int)length, text);

                        words_add(words, word);
                        free(word);
                }
                text += length + (text[length] == ' ');
        }
}

bool words_read_response(struct words *words, const char *path)
{
        FILE *stream = fopen(path, "r");
        char word[8192];
        size_t length = 0;
        bool inside = false;
        int c, quote = 0;

        if (!stream)
                return false;
        while ((c = getc(stream)) != EOF) {
                if (!quote && isspace(c)) {
                        word[length] = 0;
                        if (inside)
                                words_add(words, word);
                        inside = false;
                        length = 0;
                        continue;
                }
                inside = true;
                if (c == '\\')
                        c = getc(stream);
                else if (quote ? c == quote : c == '\'' || c == '"') {
                        quote = quote ? 0 : c;
                        continue;
                }
                if (c != EOF && length < sizeof word - 1)
                        word[length++] = (char)c;
        }
        word[length] = 0;
        if (inside)
                words_add(words, word);
        fclose(stream);
        return true;
}

const char *word_behind(const char *word, const char *start)
{
        size_t length = strlen(start);

        return strncmp(word, start, length) ? NULL : word + length;
}

bool word_ends(const char *word, const char *ending)
{
        size_t have = strlen(word), length = strlen(ending);

        return have >= length && !strcmp(word + have - length, ending);
}
