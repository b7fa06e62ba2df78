/* SPDX-License-Identifier: BSD-2-Clause */
/* All memory of the machine, taken from sigma0 and handed out in powers of two. */
#ifndef RESOURCEMON_MEMORY_H
#define RESOURCEMON_MEMORY_H

#include <l4/types.h>

/* Take everything sigma0 gives, in the largest blocks it gives.  Returns bytes taken. */
L4_Word_t memory_init(void);

/* 2^@bits zeroed bytes (12 <= bits <= 28), aligned; null if there are none. */
void *memory_alloc(unsigned int bits);

/* Give such a block back. */
void memory_free(void *block, unsigned int bits);

/* Smallest bits with 2^bits >= @size, at least a page. */
unsigned int memory_bits(L4_Word_t size);

#endif /* RESOURCEMON_MEMORY_H */
