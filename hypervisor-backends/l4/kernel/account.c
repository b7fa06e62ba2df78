/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts of kernel memory: how many pages a group of spaces may have for what their programs can
 * make as much of as they like - page tables, with their shadows and pages of UTCBs, and nodes of
 * the mapping database.  SpaceControl puts a space into one; else it is in the first, which has no
 * bound.  What only the root task can make (spaces, threads) is not counted.
 */
#include "memory.h"
#include "mapdb.h"

struct account accounts[ACCOUNTS];

void accounts_init(void)
{
        for (u32 i = 0; i < ACCOUNTS; i++) {
                struct account *a = &accounts[i];

                a->most = i ? 0 : ~0u;
                a->nodes.size = sizeof(struct mapping);
                a->nodes.account = a;
                link_init(&a->nodes.partial);
        }
}

void *account_page(struct account *a)
{
        void *page = a->used < a->most ? page_alloc() : NULL;

        a->used += page != NULL;
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
