/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What audit and report share: how they open an image, and what things are called in
 * print.
 */
#ifndef AFTERBURN_TOOL_SHARED_H
#define AFTERBURN_TOOL_SHARED_H

#include "records/image.h"

/* Open an image; ends the program where that fails. */
struct ab_image *ab_open_or_die(const char *path);

/* The next line of the image's notes behind `note', the first behind NULL; NULL at the end. */
const char *ab_next_note(const struct ab_image *image, const char *note);

/* What a kind and a padding are called. */
const char *ab_kind_name(unsigned kind);
const char *ab_padding_name(unsigned padding);

#endif
