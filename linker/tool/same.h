/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A flat image against the vmlinux it was made from.
 */
#ifndef AFTERBURN_TOOL_SAME_H
#define AFTERBURN_TOOL_SAME_H

#include "records/image.h"

/*
 * Whether each byte of the flat image `flat' is what `vmlinux' has at its
 * address; bytes between sections must be zero, and notes may be left out.
 * False and a problem where one is not.
 */
bool ab_flat_is_made_from(const struct ab_image *flat, const struct ab_image *vmlinux,
                          struct ab_problem *problem);

#endif
