/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AFTERBURN_TOOL_BOUND_H
#define AFTERBURN_TOOL_BOUND_H

#include <stdio.h>

#include "records/image.h"

/*
 * Print what stands at every site of an image bound ahead of time: place, class, inline code
 * or call, bytes left over, and the code; then the sums by class.  Ends the program where
 * the image is not bound.
 */
void ab_bound_print(const struct ab_image *image, FILE *out);

#endif
