/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256 (FIPS 180-4), for proving that files are the same.
 */
#ifndef AFTERBURN_DRIVER_SHA256_H
#define AFTERBURN_DRIVER_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

struct sha256 {
        uint32_t h[8];
        uint64_t bytes;
        uint8_t block[64];
};

void sha256_start(struct sha256 *state);
void sha256_add(struct sha256 *state, const void *data, size_t bytes);
void sha256_end(struct sha256 *state, uint8_t digest[SHA256_BYTES]);

#endif
