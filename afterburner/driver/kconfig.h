/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configurations: fragments merged into OUT/.config, and the options the
 * address map needs.
 */
#ifndef AFTERBURN_DRIVER_KCONFIG_H
#define AFTERBURN_DRIVER_KCONFIG_H

#include "driver/adjust.h"

/*
 * Text of fragment `name': a file of that name, or a sample, most specific
 * version first (NAME-2.6.9.config, NAME-2.6.config, NAME.config).  Ends the program when there is
 * none.  The caller frees it.
 */
char *fragment_read(const char *name, const struct tree *tree);

/* Lines for the options this tree needs.  The caller frees it. */
char *fragment_for_map(const struct tree *tree);

/*
 * `config' with the lines of `fragment' in place of what it says about the same
 * options; a later line of the fragment wins.  The caller frees it.
 */
char *fragment_merge(const char *config, const char *fragment);

/* Name of an option needed by this tree that `config' does not have so; NULL when all hold. */
const char *fragment_unmet(const char *config, const struct tree *tree);

/* Whether `config' has the line "CONFIG_NAME=VALUE". */
bool config_has(const char *config, const char *name, const char *value);

#endif
