/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program that stands in for `as': gcc finds it through -B and runs it
 * with gas's own command line.  It rewrites the text and becomes the real
 * assembler; a text without anything to rewrite is assembled unchanged, by the
 * unchanged command, so that the object is the same byte for byte.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as/command.h"
#include "host/diag.h"

static const char help[] =
    "Usage: afterburn-as [OPTION...] [FILE...]\n"
    "\n"
    "Assemble IA-32 code, with every sensitive instruction padded and annotated.\n"
    "Takes the command line of as; acts only with --32.  Options of its own:\n"
    "\n"
    "  --padding=prefix|nop    pad inside the instruction (the default), or by NOPs\n"
    "                          (environment: AFTERBURN_PADDING)\n"
    "  --records=elf|flat      records in a section that is not loaded (the default),\n"
    "                          or in memory, for kernels whose payload is not ELF\n"
    "  --afterburn-off         annotate nothing: user-mode code, boot loaders\n"
    "  --real-as=FILE          the assembler to run (environment: AFTERBURN_REAL_AS)\n"
    "  --afterburn-help        print this\n"
    "  --afterburn-version     print the version\n";

static void become(struct command *command, char *assembler) __attribute__((noreturn));

static void become(struct command *command, char *assembler)
{
        command->word[0] = assembler;
        execv(assembler, command->word);
        ab_die(AB_EXIT_ERROR, "%s: cannot be run: %s", assembler, strerror(errno));
}

/* Read one input; false where as itself will say what is wrong with it. */
static bool read_input(const char *name, struct buffer *text)
{
        bool ok;
        int descriptor = 0;

        if (name && strcmp(name, "--") && strcmp(name, "-"))
                descriptor = open(name, O_RDONLY | O_CLOEXEC);
        if (descriptor < 0)
                return false;
        ok = buffer_read(text, descriptor);
        if (descriptor)
                close(descriptor);
        return ok;
}

/* Run as on `text' as its standard input, instead of the files. */
static void assemble(struct command *command, const struct buffer *text)
{
        int descriptor = buffer_to_descriptor(text);
        unsigned kept = 0, next = 0;

        if (descriptor < 0 || dup2(descriptor, 0) < 0)
                ab_die(AB_EXIT_ERROR, "as: cannot hold the rewritten text: free some memory");
        if (descriptor)
                close(descriptor);
        for (unsigned i = 0; i < command->words; i++) {
                if (next < command->inputs && command->input[next] == i)
                        next++;
                else
                        command->word[kept++] = command->word[i];
        }
        command->word[kept] = NULL;
        become(command, command_real_as(command));
}

int main(int argc, char **argv)
{
        struct command command;
        struct buffer out = {0};
        struct pass *pass;
        bool changed = false, uses_stdin = false;

        command_parse(&command, argc, argv);
        if (command.help || command.version) {
                if (command.help)
                        fputs(help, stdout);
                else
                        ab_print_version("afterburn-as");
                return fflush(stdout) ? AB_EXIT_ERROR : AB_EXIT_OK;
        }
        if (command.passive || !command.code32)
                become(&command, command_real_as(&command));
        pass = pass_new(&command.options);
        for (unsigned i = 0; i < command.inputs || (!i && !command.inputs); i++) {
                const char *name = command.inputs ? command.word[command.input[i]] : NULL;
                struct buffer text = {0};

                if (!read_input(name, &text))
                        become(&command, command_real_as(&command));
                if (!name || !strcmp(name, "--") || !strcmp(name, "-")) {
                        uses_stdin = true;
                        name = NULL;
                }
                changed |= pass_text(pass, name, text.data, text.length, &out);
                buffer_free(&text);
        }
        if (changed)
                pass_end(pass, !uses_stdin, &out);
        if (changed || uses_stdin)
                assemble(&command, &out);
        become(&command, command_real_as(&command));
}
