/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of `as', as far as a stand-in must understand it: which
 * words are input files, which mode and syntax hold, and our own options.
 */
#ifndef AFTERBURN_AS_COMMAND_H
#define AFTERBURN_AS_COMMAND_H

#include <stdbool.h>

#include "as/pass.h"

struct command {
        /* words for the real assembler, our own options taken out */
        char **word;
        unsigned words;
        /* which of them are input files; none: standard input is read */
        unsigned *input;
        unsigned inputs;
        char **include;      /* -I folders, NULL at the end */
        const char *real_as; /* --real-as, or NULL */
        bool code32;         /* --32: the text is IA-32 */
        bool passive;        /* --help, --version, -v and the like: just run as */
        bool help, version;  /* --afterburn-help, --afterburn-version */
        struct pass_options options;
};

/*
 * Understand `arguments' (argv).  Response files are opened.  Ends the program
 * with a message and AB_EXIT_USAGE where one of our own options is wrong.
 */
void command_parse(struct command *command, int count, char **arguments);

/*
 * Path of the real assembler: --real-as, AFTERBURN_REAL_AS, or the first `as'
 * in PATH that is not this program.  Ends the program where there is none.
 */
char *command_real_as(const struct command *command);

#endif
