/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run of a tree's own make, in the order kbuild wants: configuration
 * targets, our options merged into the result, then the rest.
 */
#ifndef AFTERBURN_DRIVER_BUILD_H
#define AFTERBURN_DRIVER_BUILD_H

#include <stdbool.h>

#include "driver/tree.h"
#include "driver/words.h"

struct build {
        struct tree tree;
        char *out;            /* absolute */
        const char *source;   /* what make is run in: the tree or what stands in for it */
        const char *compiler; /* NULL: the default */
        const char *padding;  /* NULL: the default */
        bool plain, ccache;
        struct words fragments, config_targets, targets, make_options, variables;
        bool builds;       /* set by build_run(): a kernel was asked for */
        struct words ours; /* variables for make, from build_prepare() */
};

/* Whether a target makes a configuration. */
bool build_is_config_target(const char *target);

/* Decide on the variables for make; refuses a compiler or a toolchain that will not do. */
void build_prepare(struct build *build);

/* Run everything.  Returns make's exit status. */
int build_run(struct build *build);

#endif
