/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Code added to a Linux image, as a segment in low memory: physical 64 KB to 512 KB,
 * which the kernel must be told not to use (memmap=).
 */
#ifndef SCRIBBLE_LOWMEM_H
#define SCRIBBLE_LOWMEM_H

#include "records/image.h"

/* Begin; must come first. */
void low_start(const struct ab_image *image);

/* Append; ends the program when there is no more room. */
void low_put(unsigned byte);
void low_put32(uint32_t word);

/* Virtual address of the next byte, and bytes so far. */
uint32_t low_here(void);
uint32_t low_used(void);

/* Overwrite a word that was put at @address. */
void low_patch32(uint32_t address, uint32_t word);

/* Write @image, as it now is in memory, and the segment to @path. */
void low_write(const struct ab_image *image, const char *path);

#endif
