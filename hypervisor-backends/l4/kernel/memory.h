/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel memory: a pool of physical pages the boot loader reserved, and small
 * objects cut from such pages.  Nothing here ever sleeps; every allocation
 * can fail, and every caller turns that into an error its user sees.
 */
#ifndef L4K_MEMORY_H
#define L4K_MEMORY_H

#include "types.h"
#include "layout.h"
#include "tcb.h"
#include "x86.h"

static inline void *phys_to_virt(u32 phys)
{
        return (void *)(phys + PHYS_MAP);
}

static inline u32 virt_to_phys(const void *p)
{
        return (u32)p - PHYS_MAP;
}

/* Give the page-aligned physical range [low, high) to the pool. */
void memory_add(u32 low, u32 high);

/* A zeroed page, or NULL when kernel memory is exhausted. */
void *page_alloc(void);
/* The same with whatever is in it. */
void *page_take(void);
void page_free(void *page);
/* The same for a page that is all zero: it need not be zeroed again. */
void page_free_clean(void *page);

/* Pages free now. */
u32 memory_free_pages(void);

struct account;

/* A pool of objects of one size; see slab.c. */
struct slab {
        u32 size;                /* of one object, bytes */
        struct account *account; /* that has its pages; NULL: none */
        struct link partial;     /* pages with free objects */
};

/* What a page of objects begins with. */
struct slab_page {
        struct link link; /* in the slab's list while objects are free */
        void *free;
        u32 used;
        struct slab *slab;
} __attribute__((aligned(16))); /* as FXSAVE wants its memory */

/* A zeroed object, or NULL. */
void *slab_alloc(struct slab *s);
/* The same with whatever is in it. */
void *slab_take(struct slab *s);
void slab_free(void *object);

/* The same, straight where the page of objects neither fills up nor empties. */
static inline void *slab_take_quick(struct slab *s)
{
        struct slab_page *page = (struct slab_page *)s->partial.next;
        void **object, *next;

        if (link_alone(&s->partial))
                return slab_take(s);
        object = page->free;
        next = *object;
        if (!next)
                return slab_take(s);
        page->free = next;
        page->used++;
        return object;
}

static inline void slab_free_quick(void *object)
{
        struct slab_page *page = (struct slab_page *)((u32)object & ~(PAGE_SIZE - 1));

        if (!page->free || page->used == 1) {
                slab_free(object);
                return;
        }
        *(void **)object = page->free;
        page->free = object;
        page->used--;
}

/* --- account.c --------------------------------------------------------------------- */

#define ACCOUNTS 16

struct account {
        u32 used, most; /* pages */
        struct slab nodes, grants;
};
extern struct account accounts[ACCOUNTS];

void accounts_init(void);
/* A page as page_alloc(), or NULL when the account has all it may have. */
void *account_page(struct account *a);
/* The same, from page tables in which nothing is mapped when there is no other. */
void *account_page_reclaiming(struct account *a);
void account_free(struct account *a, void *page);
void account_free_clean(struct account *a, void *page);
/*
 * It has got no page: free page tables in which nothing is mapped, its own if it has all it may
 * have.  False: there are none.  Nobody may be filling a table.
 */
bool account_reclaim(const struct account *a);

#endif
