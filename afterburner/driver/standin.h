/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stand-in for a tree some of whose files need a corrected copy: a folder
 * that holds those copies, and links to the tree for everything else.
 */
#ifndef AFTERBURN_DRIVER_STANDIN_H
#define AFTERBURN_DRIVER_STANDIN_H

#include "driver/tree.h"

/* Make or refresh it at `folder'.  NULL where no edit applies, else `folder'. */
const char *standin_make(const struct tree *tree, const char *folder);

/*
 * Copy the tree to `folder', with the edits done in place, and clean it with
 * its own `make mrproper'; for trees in which something was built.
 */
void private_copy_make(const struct tree *tree, const char *folder);

#endif
