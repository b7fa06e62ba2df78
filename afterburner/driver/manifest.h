/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of a tree, to prove that a build did not touch it.
 */
#ifndef AFTERBURN_DRIVER_MANIFEST_H
#define AFTERBURN_DRIVER_MANIFEST_H

#include <stdbool.h>

struct manifest;

/*
 * Record every file below `path', version-control folders excepted: name, type,
 * permissions, size and times; with `contents' a SHA-256 of its contents too.
 */
struct manifest *manifest_take(const char *path, bool contents);

/*
 * Name of a file that differs between the two, was added or removed; NULL when
 * the tree is the same.
 */
const char *manifest_difference(const struct manifest *before, const struct manifest *after);

/* Number of files; SHA-256 of names and contents, in hexadecimal, if those were read. */
unsigned manifest_count(const struct manifest *manifest);
const char *manifest_digest(const struct manifest *manifest);

#endif
