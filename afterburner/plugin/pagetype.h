/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is a page table? */
#ifndef AFTERBURN_PLUGIN_PAGETYPE_H
#define AFTERBURN_PLUGIN_PAGETYPE_H

#include "compat.h"

/* A type of the option "types", or an array of it. */
bool ab_is_page_type(tree type);
/* Memory reference (or variable) inside a page table. */
bool ab_in_page_table(tree reference);
/* Value that points into a page table. */
bool ab_points_to_page_table(tree pointer);

/*
 * Remember the untyped pointers that a function, fresh from the parser, casts to
 * a page-table pointer: the cast itself does not survive.
 */
void ab_watch_casts(tree function);

#endif
