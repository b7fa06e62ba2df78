/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AFTERBURN_DRIVER_NEEDS_H
#define AFTERBURN_DRIVER_NEEDS_H

#include "driver/tree.h"

/* End the program with one line per missing program if the build would miss any. */
void needs_check(const struct tree *tree);

#endif
