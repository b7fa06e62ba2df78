/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linux's tables about its own text, whatever version laid them out. */
#ifndef SCRIBBLE_TABLES_H
#define SCRIBBLE_TABLES_H

#include "records/image.h"

/*
 * Does an entry of the exception table name an address in [start, end)?  True
 * too where the table cannot be understood: then nothing is known.
 */
bool in_exception_table(const struct ab_image *image, uint32_t start, uint32_t end);

/* Does an alternative's original text overlap [start, end)?  The same. */
bool in_alternative(const struct ab_image *image, uint32_t start, uint32_t end);

#endif
