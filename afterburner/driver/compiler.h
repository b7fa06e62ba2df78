/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The compiler guests are built with, and our parts that belong to it.
 */
#ifndef AFTERBURN_DRIVER_COMPILER_H
#define AFTERBURN_DRIVER_COMPILER_H

#include <stdbool.h>

struct compiler {
        char *path;      /* what to execute */
        char *plugin;    /* file name of the plugin for it */
        int major;       /* 12 or 11; 0 for a host compiler, which may be any */
        bool has_plugin; /* the plugin is there */
};

/*
 * Find out about compiler `name' (a command or a path).  Ends the program with
 * one line when it is not there or not gcc 12 or 11; a compiler for the host
 * may be any.
 */
void compiler_find(struct compiler *compiler, const char *name, bool host);

/* Whether the assembler pass is there. */
bool compiler_has_pass(void);

#endif
