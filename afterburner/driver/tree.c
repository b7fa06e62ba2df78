/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "driver/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/file.h"
#include "driver/version.h"
#include "host/diag.h"

/* Number behind "NAME =" at the start of a line of the top Makefile; -1 without. */
static int makefile_number(const char *text, const char *name)
{
        size_t length = strlen(name);

        for (const char *line = text; line; line = strchr(line, '\n')) {
                int value;

                line += *line == '\n';
                if (!strncmp(line, name, length) && sscanf(line + length, " = %d", &value) == 1)
                        return value;
        }
        return -1;
}

static char *read_in(const char *folder, const char *name)
{
        char *path = ab_format("%s/%s", folder, name);
        char *text = file_read(path);

        free(path);
        return text;
}

/* From some 2.6 on the decompressor loads an ELF file; before, objcopy flattens the kernel. */
static bool payload_is_flat(const struct tree *tree)
{
        char *text = read_in(tree->path, "arch/x86/boot/compressed/Makefile");
        bool elf = text && strstr(text, "OBJCOPYFLAGS_vmlinux.bin") &&
                   strstr(text, "-R .comment -S") && !strstr(text, "-O binary");

        free(text);
        return !elf;
}

void tree_open(struct tree *tree, const char *path)
{
        static const char *const kconfigs[] = {"arch/x86/Kconfig", "arch/i386/Kconfig",
                                               "init/Kconfig"};
        char *makefile = read_in(path, "Makefile");
        int version, patchlevel, sublevel;

        memset(tree, 0, sizeof *tree);
        tree->path = realpath(path, NULL);
        if (!tree->path)
                ab_die(AB_EXIT_ERROR, "%s: not found: name a Linux source tree with -C", path);
        if (!makefile)
                ab_die(AB_EXIT_ERROR, "%s: has no Makefile: name a Linux source tree with -C",
                       path);
        version = makefile_number(makefile, "VERSION");
        patchlevel = makefile_number(makefile, "PATCHLEVEL");
        sublevel = makefile_number(makefile, "SUBLEVEL");
        free(makefile);
        if (version < 0 || patchlevel < 0 || sublevel < 0)
                ab_die(AB_EXIT_ERROR, "%s: not a Linux source tree: its Makefile has no VERSION",
                       path);
        tree->version = LINUX(version, patchlevel, sublevel);
        tree->release = linux_text(tree->version);
        if (tree->version < LINUX(2, 6, 0))
                ab_die(AB_EXIT_ERROR, "%s: Linux %s: too old: use 2.6 or later", path,
                       tree->release);
        tree->kconfig = ab_strdup("\n");
        for (unsigned i = 0; i < sizeof kconfigs / sizeof kconfigs[0]; i++) {
                char *text = read_in(tree->path, kconfigs[i]);

                if (text)
                        tree->kconfig = ab_format("%s\n%s", tree->kconfig, text);
                free(text);
        }
        tree->flat = payload_is_flat(tree);
}

const char *tree_built_in(const struct tree *tree)
{
        /* clang-format off */
        static const char *const traces[] = {
                ".config", "include/config", "include/asm", "include/linux/version.h",
                "include/linux/autoconf.h", "include/generated", "arch/x86/include/generated",
                "scripts/basic/fixdep", "vmlinux",
        };
        /* clang-format on */

        for (unsigned i = 0; i < sizeof traces / sizeof traces[0]; i++) {
                char *path = ab_format("%s/%s", tree->path, traces[i]);
                bool there = file_exists(path);

                free(path);
                if (there)
                        return traces[i];
        }
        return NULL;
}
