/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/cc-line.h"

#include <string.h>

#include "host/diag.h"

/* Options whose value is the next word. */
/* clang-format off */
static const char *const with_value[] = {
        "-D", "-U", "-I", "-L", "-l", "-T", "-u", "-A", "-G", "-B", "-MF", "-MT", "-MQ", "-include", "-imacros",
        "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix", "-iwithprefixbefore",
        "-isysroot", "-imultilib", "-Xassembler", "-Xlinker", "-Xpreprocessor", "-aux-info",
        "-dumpbase", "-dumpbase-ext", "-dumpdir", "-wrapper", "-specs", "-z", "-e", "--param", "--entry",
        "--sysroot", "-m",
};
/* clang-format on */

/* Options that ask the compiler about itself. */
/* clang-format off */
static const char *const asking[] = {
        "-print-", "--print-", "-dumpversion", "-dumpmachine", "-dumpspecs", "-dumpfullversion",
        "--version", "--help", "--target-help",
};
/* clang-format on */

static bool is_object(const char *name)
{
        return word_ends(name, ".o") || word_ends(name, ".a") || word_ends(name, ".so") ||
               word_ends(name, ".lds") || word_ends(name, ".ko") || word_ends(name, ".lo");
}

static void take_source(struct cc_line *line, const char *name, const char *language)
{
        if (!language && is_object(name))
                return;
        words_add(&line->sources, name);
        if (!strcmp(name, "/dev/null"))
                line->has_null_input = true;
        if (language ? !strncmp(language, "assembler", 9)
                     : word_ends(name, ".S") || word_ends(name, ".s"))
                line->assembly = true;
        else
                line->c = true;
}

/* One option; returns how many words it took. */
static unsigned take_option(struct cc_line *line, const char *option, const char *next,
                            const char **language)
{
        for (unsigned i = 0; i < sizeof asking / sizeof asking[0]; i++)
                if (!strncmp(option, asking[i], strlen(asking[i])))
                        line->mode = CC_ASK;
        if (!strcmp(option, "-o") && next) {
                line->output = next;
                return 2;
        }
        if (!strncmp(option, "-o", 2) && option[2]) {
                line->output = option + 2;
                return 1;
        }
        if (!strncmp(option, "-x", 2)) {
                *language = option[2] ? option + 2 : next;
                if (*language && !strcmp(*language, "none"))
                        *language = NULL;
                return option[2] || !next ? 1 : 2;
        }
        if (line->mode != CC_ASK) {
                if (!strcmp(option, "-E") || !strcmp(option, "-M") || !strcmp(option, "-MM"))
                        line->mode = CC_PREPROCESS;
                else if (!strcmp(option, "-S") && line->mode != CC_PREPROCESS)
                        line->mode = CC_COMPILE;
                else if (!strcmp(option, "-c") && line->mode == CC_LINK)
                        line->mode = CC_ASSEMBLE;
        }
        if (!strncmp(option, "-march=", 7))
                line->has_march = true;
        if (!strcmp(option, "-m64") || !strcmp(option, "-mx32"))
                line->is_64bit = true;
        else if (!strcmp(option, "-m32") || !strcmp(option, "-m16"))
                line->is_64bit = false;
        if (!strcmp(option, "-fsyntax-only"))
                line->syntax_only = true;
        for (unsigned i = 0; i < sizeof with_value / sizeof with_value[0]; i++)
                if (!strcmp(option, with_value[i]))
                        return next ? 2 : 1;
        return 1;
}

void cc_line_read(struct cc_line *line, char **argument, unsigned count)
{
        struct words all = {0};
        const char *language = NULL;
        unsigned step;
        bool named = false; /* some file; without one there is nothing to do, as for -v */

        memset(line, 0, sizeof *line);
        for (unsigned i = 0; i < count; i++)
                if (argument[i][0] != '@' || !words_read_response(&all, argument[i] + 1))
                        words_add(&all, argument[i]);
        for (unsigned i = 0; i < all.count; i += step) {
                const char *word = all.word[i];

                step = 1;
                if (word[0] == '-' && word[1]) {
                        step = take_option(line, word, all.word[i + 1], &language);
                } else {
                        take_source(line, word, language);
                        named = true;
                }
        }
        if (line->mode == CC_LINK && !named)
                line->mode = CC_ASK;
}
