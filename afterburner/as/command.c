/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "as/command.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "as/scan.h"
#include "host/diag.h"

#define RESPONSE_DEPTH 8

/* Options of gas whose value is a word of its own. */
static const char *const takes_value[] = {
    "-o",
    "-I",
    "--defsym",
    "-defsym",
    "--MD",
    "-MD",
    "--debug-prefix-map",
    "--hash-size",
    "--listing-lhs-width",
    "--listing-lhs-width2",
    "--listing-rhs-width",
    "--listing-cont-lines",
    "-Q",
};

/* Options that make gas talk about itself and stop. */
static const char *const talks[] = {"--help", "-help", "--version", "-version", "--target-help"};

static bool one_of(const char *word, const char *const *list, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                if (!strcmp(word, list[i]))
                        return true;
        return false;
}

#define ONE_OF(word, list) one_of(word, list, sizeof(list) / sizeof *(list))

static void add_word(struct command *c, char *word)
{
        c->word = ab_realloc(c->word, (c->words + 2) * sizeof *c->word);
        c->word[c->words++] = word;
        c->word[c->words] = NULL;
}

/* Words of a response file, as GNU tools read them: blanks, quotes, backslash. */
static void add_response(struct command *c, char *text, unsigned depth);

static void add_argument(struct command *c, char *argument, unsigned depth)
{
        struct buffer text = {0};
        int descriptor;

        if (argument[0] != '@' || depth == RESPONSE_DEPTH ||
            (descriptor = open(argument + 1, O_RDONLY | O_CLOEXEC)) < 0) {
                add_word(c, argument);
                return;
        }
        if (!buffer_read(&text, descriptor))
                ab_die(AB_EXIT_ERROR, "%s: cannot be read: check the file", argument + 1);
        close(descriptor);
        add_response(c, text.data, depth + 1);
        buffer_free(&text);
}

static void add_response(struct command *c, char *text, unsigned depth)
{
        const char *p = text;

        for (;;) {
                struct buffer word = {0};
                char quote = 0;

                while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
                        p++;
                if (!*p)
                        return;
                for (; *p; p++) {
                        if (*p == '\\' && p[1]) {
                                buffer_add(&word, ++p, 1);
                        } else if (quote ? *p == quote : *p == '"' || *p == '\'') {
                                quote = quote ? 0 : *p;
                        } else if (!quote && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) {
                                break;
                        } else {
                                buffer_add(&word, p, 1);
                        }
                }
                buffer_add(&word, "", 0);
                add_argument(c, word.data, depth);
        }
}

static bool value_of(const char *word, const char *option, const char **value)
{
        size_t length = strlen(option);

        if (strncmp(word, option, length) || word[length] != '=')
                return false;
        *value = word + length + 1;
        return true;
}

static void set_padding(struct command *c, const char *value, const char *from)
{
        if (!strcmp(value, "prefix"))
                c->options.nop = false;
        else if (!strcmp(value, "nop"))
                c->options.nop = true;
        else
                ab_die(AB_EXIT_USAGE, "%s: unknown padding '%s': say prefix or nop", from, value);
}

/* Take our own option.  False if the word is not one of them. */
static bool own_option(struct command *c, const char *word)
{
        const char *value;

        if (value_of(word, "--padding", &value)) {
                set_padding(c, value, "--padding");
        } else if (value_of(word, "--records", &value)) {
                if (strcmp(value, "elf") && strcmp(value, "flat"))
                        ab_die(AB_EXIT_USAGE, "--records: unknown form '%s': say elf or flat",
                               value);
                c->options.flat = !strcmp(value, "flat");
        } else if (value_of(word, "--real-as", &value)) {
                c->real_as = value;
        } else if (!strcmp(word, "--afterburn-off")) {
                c->options.off = true;
        } else if (!strcmp(word, "--afterburn-help")) {
                c->help = true;
        } else if (!strcmp(word, "--afterburn-version")) {
                c->version = true;
        } else if (!strncmp(word, "--afterburn-", 12)) {
                ab_die(AB_EXIT_USAGE, "%s: unknown option: see afterburn-as --afterburn-help",
                       word);
        } else {
                return false;
        }
        return true;
}

static void add_include(struct command *c, unsigned *count, char *folder)
{
        c->include = ab_realloc(c->include, (*count + 2) * sizeof *c->include);
        c->include[(*count)++] = folder;
        c->include[*count] = NULL;
}

/* Understand one of gas's words; true if the next word is its value. */
static bool gas_option(struct command *c, char *word, unsigned *includes)
{
        if (!strcmp(word, "--32"))
                c->code32 = true;
        else if (!strcmp(word, "--64") || !strcmp(word, "--x32"))
                c->code32 = false;
        else if (!strcmp(word, "-msyntax=intel"))
                c->options.intel = true;
        else if (!strcmp(word, "-msyntax=att"))
                c->options.intel = false;
        else if (!strcmp(word, "-mnaked-reg"))
                c->options.naked = true;
        else if (!strncmp(word, "-I", 2) && word[2])
                add_include(c, includes, word + 2);
        else if (ONE_OF(word, talks))
                c->passive = true;
        return ONE_OF(word, takes_value);
}

void command_parse(struct command *c, int count, char **arguments)
{
        const char *padding = getenv("AFTERBURN_PADDING");
        char **all;
        unsigned includes = 0;

        memset(c, 0, sizeof *c);
        if (padding && *padding)
                set_padding(c, padding, "AFTERBURN_PADDING");
        for (int i = 1; i < count; i++)
                add_argument(c, arguments[i], 0);
        all = c->word;
        count = (int)c->words;
        c->word = NULL;
        c->words = 0;
        add_word(c, NULL); /* the real assembler's path */
        c->input = ab_alloc(((unsigned)count + 1) * sizeof *c->input);
        for (int i = 0; i < count; i++) {
                char *word = all[i];

                if (own_option(c, word))
                        continue;
                if (*word != '-' || !word[1] || !strcmp(word, "--")) {
                        c->input[c->inputs++] = c->words;
                        add_word(c, word);
                } else {
                        bool valued = gas_option(c, word, &includes);

                        add_word(c, word);
                        if (valued && i + 1 < count) {
                                if (!strcmp(word, "-I"))
                                        add_include(c, &includes, all[i + 1]);
                                else if (!strcmp(word, "-o"))
                                        c->options.object = all[i + 1];
                                add_word(c, all[++i]);
                        }
                }
        }
        free(all);
        c->options.include = c->include;
}

static bool same_file(const char *path, const struct stat *own, const char *own_folder)
{
        struct stat status;
        char *real;
        bool same;

        if (stat(path, &status) || !S_ISREG(status.st_mode) || access(path, X_OK))
                return true; /* of no use either */
        if (status.st_dev == own->st_dev && status.st_ino == own->st_ino)
                return true;
        real = realpath(path, NULL);
        same = real && !strncmp(real, own_folder, strlen(own_folder)) &&
               real[strlen(own_folder)] == '/' && !strchr(real + strlen(own_folder) + 1, '/');
        free(real);
        return same;
}

char *command_real_as(const struct command *command)
{
        const char *given = command->real_as ? command->real_as : getenv("AFTERBURN_REAL_AS");
        const char *path = getenv("PATH");
        char own[PATH_MAX];
        struct stat status = {0};
        ssize_t length;

        if (given && *given) {
                if (access(given, X_OK))
                        ab_die(AB_EXIT_ERROR,
                               "%s: not an assembler that can be run: correct --real-as or "
                               "AFTERBURN_REAL_AS",
                               given);
                return ab_strdup(given);
        }
        length = readlink("/proc/self/exe", own, sizeof own - 1);
        if (length < 0)
                length = 0;
        own[length] = 0;
        if (stat("/proc/self/exe", &status))
                memset(&status, 0, sizeof status);
        if (strrchr(own, '/'))
                *strrchr(own, '/') = 0;
        if (!path || !*path)
                path = "/usr/bin:/bin";
        while (path) {
                size_t bytes = strcspn(path, ":");
                char *candidate = ab_format("%.*s/as", bytes ? (int)bytes : 1, bytes ? path : ".");

                if (!same_file(candidate, &status, own))
                        return candidate;
                free(candidate);
                path = path[bytes] ? path + bytes + 1 : NULL;
        }
        ab_die(AB_EXIT_ERROR, "as: not found in PATH: install binutils");
}
