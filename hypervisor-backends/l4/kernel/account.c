/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts of kernel memory: how many pages a group of spaces may have for what their programs can
 * make as much of as they like - page tables, with their shadows and pages of UTCBs, IO bitmaps,
 * nodes of the mapping database, and of that of IO ports.  SpaceControl puts a space into one; else
 * it is in the first, which has no bound.  What only the root task can make (spaces, threads) is
 * not counted.
 */
#include "memory.h"
#include "mapdb.h"
#include "ioports.h"

struct account accounts[ACCOUNTS];

static void slab_init(struct slab *s, u32 size, struct account *a)
{
        s->size = size;
        s->account = a;
        link_init(&s->partial);
}

void accounts_init(void)
{
        for (u32 i = 0; i < ACCOUNTS; i++) {
                struct account *a = &accounts[i];

                a->most = i ? 0 : ~0u;
                slab_init(&a->nodes, sizeof(struct mapping), a);
                slab_init(&a->grants, sizeof(struct grant), a);
        }
}

void *account_page(struct account *a)
{
        void *page = a->used < a->most ? page_alloc() : NULL;

        a->used += page != NULL;
        return page;
}

void *account_page_reclaiming(struct account *a)
{
        void *page = account_page(a);

        if (!page && account_reclaim(a))
                page = account_page(a);
        return page;
}

void account_free(struct account *a, void *page)
{
        a->used--;
        page_free(page);
}

void account_free_clean(struct account *a, void *page)
{
        a->used--;
        page_free_clean(page);
}

bool account_reclaim(const struct account *a)
{
        /* A page table takes two pages. */
        return space_reclaim_tables(a->used + 2 > a->most ? a : NULL);
}
