/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * afterburn COMMAND [arguments]: find the program that implements a command
 * and become it.  The table below is the list of commands; nothing else knows
 * it (the bash completion reads `afterburn --list').  afterburn(1).
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/diag.h"
#include "host/paths.h"

/* clang-format off */
static const struct command {
        const char *name;
        enum ab_place place;
        const char *program;
        const char *description;
} commands[] = {
        {"make", AB_PLACE_LIBEXEC, "afterburn-make", "build a Linux tree afterburned; the tree is not written"},
        {"cc", AB_PLACE_BIN, "afterburn-cc", "compile: a drop-in gcc that pads and annotates"},
        {"as", AB_PLACE_BIN, "afterburn-as", "assemble: a drop-in as that pads and annotates"},
        {"report", AB_PLACE_LIBEXEC, "afterburn-report", "list the sites of an image"},
        {"audit", AB_PLACE_LIBEXEC, "afterburn-audit", "prove that every sensitive instruction is annotated"},
        {"link", AB_PLACE_LIBEXEC, "afterburn-link", "bind an image for a hypervisor, ahead of time"},
        {"run", AB_PLACE_LIBEXEC, "afterburn-run", "boot an image under an emulator"},
        {"rootfs", AB_PLACE_LIBEXEC, "afterburn-rootfs", "make the sample root file system"},
        {"bench", AB_PLACE_LIBEXEC, "afterburn-bench", "measure what afterburning costs"},
        {"l4", AB_PLACE_LIBEXEC, "afterburn-l4", "boot an L4 kernel and a program of its own"},
};
/* clang-format on */

#define COMMANDS (sizeof commands / sizeof commands[0])

static void usage(FILE *to)
{
        fputs("Usage: afterburn COMMAND [ARGUMENT]...\n"
              "One guest kernel image for any hypervisor.\n\n"
              "Commands:\n",
              to);
        for (unsigned i = 0; i < COMMANDS; i++)
                fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].description);
        fputs("\n  --help     this text; `afterburn COMMAND --help' tells about one command\n"
              "  --version  version and licence\n"
              "  --list     names of the commands, one a line\n\n"
              "See afterburn(1) and afterburn(7).\n",
              to);
}

int main(int argc, char **argv)
{
        const char *name = argv[1];
        char *program;

        if (argc < 2) {
                usage(stderr);
                return AB_EXIT_USAGE;
        }
        if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
                usage(stdout);
                return AB_EXIT_OK;
        }
        if (!strcmp(name, "--version")) {
                ab_print_version("afterburn");
                return AB_EXIT_OK;
        }
        if (!strcmp(name, "--list")) {
                for (unsigned i = 0; i < COMMANDS; i++)
                        puts(commands[i].name);
                return AB_EXIT_OK;
        }
        for (unsigned i = 0; i < COMMANDS; i++) {
                if (strcmp(name, commands[i].name))
                        continue;
                program = ab_path_required(commands[i].place, commands[i].program);
                argv[1] = program;
                execv(program, argv + 1);
                ab_die(AB_EXIT_ERROR, "%s: cannot be run: %s", program, strerror(errno));
        }
        ab_die(AB_EXIT_USAGE, "%s: no such command: `afterburn --help' lists them", name);
}
