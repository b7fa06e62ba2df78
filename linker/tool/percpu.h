/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AFTERBURN_PERCPU_H
#define AFTERBURN_PERCPU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Print one warning where the symbols of the ELF file at @path, @bytes at @file and at least a
 * header, say that a wedge will refuse the kernel for data in segments with a base.
 * Manual: afterburn-link(1).
 */
void ab_warn_of_percpu(const char *path, const uint8_t *file, uint32_t bytes);

#endif
