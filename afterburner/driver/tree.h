/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Linux source tree.
 */
#ifndef AFTERBURN_DRIVER_TREE_H
#define AFTERBURN_DRIVER_TREE_H

#include <stdbool.h>

struct tree {
        char *path;    /* absolute */
        int version;   /* LINUX() */
        char *release; /* "2.6.9" */
        bool flat;     /* the boot payload is a flat image */
        char *kconfig; /* text of the Kconfig files that name the options we set */
};

/* Recognise the tree at `path'.  Ends the program with one line when it is none. */
void tree_open(struct tree *tree, const char *path);

/* A file whose presence shows that something was built in the tree, or NULL. */
const char *tree_built_in(const struct tree *tree);

#endif
