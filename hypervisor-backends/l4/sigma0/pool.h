/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All physical memory, as a sorted list of ranges that cover the address space
 * without gaps, each with a kind and an owner.
 */
#ifndef SIGMA0_POOL_H
#define SIGMA0_POOL_H

#include <l4/types.h>

enum kind {
        KIND_DEVICE,       /* given on explicit request: devices, modules, boot tables */
        KIND_CONVENTIONAL, /* given on request, on a fault, and for "anywhere" */
        KIND_IMAGE,        /* a server's image: on request and on a fault */
        KIND_KERNEL,       /* never given: the kernel's memory and sigma0's own */
};

#define POOL_NOBODY 0

/* Start with one unowned device range over everything. */
void pool_init(void);

/* Make [low, high] (inclusive, byte addresses, rounded to pages) of kind @kind. */
void pool_set_kind(L4_Word_t low, L4_Word_t high, enum kind kind);

/*
 * Give 2^@bits bytes at @addr to @owner.  True if no page of it is the kernel's
 * or another owner's, and, @on_fault, all of it is what a page fault may get.
 */
int pool_take(L4_Word_t addr, unsigned int bits, L4_Word_t owner, int on_fault);

/* Give @owner any conventional 2^@bits bytes; false if there are none. */
int pool_take_any(unsigned int bits, L4_Word_t owner, L4_Word_t *addr);

#endif /* SIGMA0_POOL_H */
