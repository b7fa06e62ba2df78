/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of free blocks per size; a larger block is split when a size runs out.
 * A free block holds its own link, so no memory is spent on the lists.
 */
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/sigma0.h>
#include "memory.h"

#define LARGEST 28

struct block {
        struct block *next;
};

static struct block *free_blocks[LARGEST + 1];

unsigned int memory_bits(L4_Word_t size)
{
        unsigned int bits = L4_PAGE_BITS;

        while (bits < 31 && (1u << bits) < size)
                bits++;
        return bits;
}

void memory_free(void *block, unsigned int bits)
{
        struct block *b = block;

        b->next = free_blocks[bits];
        free_blocks[bits] = b;
}

L4_Word_t memory_init(void)
{
        L4_Word_t total = 0;

        for (unsigned int bits = LARGEST; bits >= L4_PAGE_BITS; bits--) {
                L4_Fpage_t f;

                while (L4_SizeLog2(f = L4_Sigma0_GetAny(L4_Sigma0(), bits)) == bits) {
                        if (!L4_Address(f))
                                continue; /* address 0 would look like no block */
                        memory_free((void *)L4_Address(f), bits);
                        total += 1u << bits;
                }
        }
        return total;
}

static struct block *take(unsigned int bits)
{
        struct block *b;

        if (bits > LARGEST)
                return NULL;
        b = free_blocks[bits];
        if (b) {
                free_blocks[bits] = b->next;
                return b;
        }
        b = take(bits + 1);
        if (b)
                memory_free((char *)b + (1u << bits), bits);
        return b;
}

void *memory_alloc(unsigned int bits)
{
        void *block = bits < L4_PAGE_BITS ? NULL : take(bits);

        return block ? memset(block, 0, 1u << bits) : NULL;
}
