/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts: where included ones are found, and what a text is as a whole. */
#ifndef AFTERBURN_AS_SOURCE_H
#define AFTERBURN_AS_SOURCE_H

#include <stdbool.h>

#include "as/buffer.h"

/*
 * Read `name' as .include does: as it stands, then in the `folders' (a list
 * that ends with NULL, or NULL).  False where it is nowhere.
 */
bool source_find(const char *name, char *const *folders, struct buffer *text);

/*
 * Is the text user-mode code that the kernel carries?  The entry points of a
 * vDSO have names that the user's C library knows.
 */
bool source_is_vdso(const char *text, const char *limit);

#endif
