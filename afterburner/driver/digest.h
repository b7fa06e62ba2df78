/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256 by libgcrypt, for proving that files are the same.
 */
#ifndef AFTERBURN_DRIVER_DIGEST_H
#define AFTERBURN_DRIVER_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32

struct digest;

/* Begin a digest.  Ends the program where libgcrypt refuses. */
struct digest *digest_start(void);

void digest_add(struct digest *digest, const void *data, size_t bytes);

/* Add the contents of a file.  False when it cannot be read to its end. */
bool digest_add_file(struct digest *digest, const char *path);

/* The result; `digest' is gone afterwards. */
void digest_end(struct digest *digest, uint8_t result[DIGEST_BYTES]);

#endif
