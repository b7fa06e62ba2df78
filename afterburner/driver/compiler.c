/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/compiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/process.h"
#include "host/diag.h"
#include "host/paths.h"

/* The versions the plugin is built for, by the names Debian gives them. */
/* clang-format off */
static const struct {
        const char *name;
        int major;
} known[] = {
        {"gcc-12", 12},
        {"gcc-11", 11},
        {"x86_64-linux-gnu-gcc-12", 12},
        {"x86_64-linux-gnu-gcc-11", 11},
};
/* clang-format on */

/* Major version of a gcc by any other name; 0 when it is none. */
static int ask_version(const char *name)
{
        char *command = ab_format("LC_ALL=C '%s' -v 2>&1 </dev/null", name);
        FILE *pipe = strchr(name, '\'') ? NULL : popen(command, "r");
        char line[512];
        int major = 0;

        while (pipe && fgets(line, sizeof line, pipe))
                sscanf(line, "gcc version %d", &major);
        if (pipe)
                pclose(pipe);
        free(command);
        return major;
}

void compiler_find(struct compiler *compiler, const char *name, bool host)
{
        const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;

        memset(compiler, 0, sizeof *compiler);
        compiler->path = ab_strdup(name);
        if (host) {
                if (!program_exists(name) && !strcmp(name, "gcc"))
                        compiler->path = ab_strdup(AB_GUEST_CC);
                return;
        }
        if (!program_exists(name))
                ab_die(AB_EXIT_ERROR,
                       "%s: compiler not found: install the Debian packages gcc-12 and "
                       "gcc-12-multilib, or name another with AFTERBURN_CC",
                       name);
        for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
                if (!strcmp(base, known[i].name))
                        compiler->major = known[i].major;
        if (!compiler->major)
                compiler->major = ask_version(name);
        if (compiler->major != 12 && compiler->major != 11)
                ab_die(AB_EXIT_ERROR,
                       "%s: unsupported compiler: use gcc 12 or gcc 11 (AFTERBURN_CC=gcc-12)",
                       name);
        compiler->plugin =
            ab_path(AB_PLACE_LIB, compiler->major == 12 ? "plugin/gcc-12/afterburn.so"
                                                        : "plugin/gcc-11/afterburn.so");
        compiler->has_plugin = !access(compiler->plugin, R_OK);
}

bool compiler_has_pass(void)
{
        char *pass = ab_path(AB_PLACE_LIBEXEC, "toolchain/as");
        bool there = !access(pass, X_OK);

        free(pass);
        return there;
}
