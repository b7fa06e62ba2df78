/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The range list.  Page numbers are used throughout, so that 4 GB fits a word.
 * The list is small (a few entries per boot module and per grant), so it is
 * searched from the front; a request that would overflow it is refused.
 */
#include <l4/io.h>
#include "pool.h"

#define POOL_MAX 2048
#define PAGES    (1u << (32 - L4_PAGE_BITS))

/* A range reaches to the start of the next one. */
struct range {
        L4_Word_t first;
        L4_Word_t owner;
        enum kind kind;
};

static struct range pool[POOL_MAX];
static unsigned int used;

static L4_Word_t range_end(unsigned int i)
{
        return i + 1 < used ? pool[i + 1].first : PAGES;
}

static unsigned int find(L4_Word_t page)
{
        unsigned int i = 0;

        while (range_end(i) <= page)
                i++;
        return i;
}

/* Make @page the start of a range and return that range. */
static unsigned int split(L4_Word_t page)
{
        unsigned int i = find(page);

        if (pool[i].first == page)
                return i;
        memmove(&pool[i + 2], &pool[i + 1], (used - i - 1) * sizeof(pool[0]));
        pool[i + 1] = pool[i];
        pool[i + 1].first = page;
        used++;
        return i + 1;
}

static int same(const struct range *a, const struct range *b)
{
        return a->owner == b->owner && a->kind == b->kind;
}

static void merge_around(L4_Word_t page)
{
        unsigned int i = find(page);

        if (i && same(&pool[i - 1], &pool[i])) {
                memmove(&pool[i], &pool[i + 1], (used - i - 1) * sizeof(pool[0]));
                used--;
        }
}

/* Set owner and kind of pages [first, end). */
static void assign(L4_Word_t first, L4_Word_t end, L4_Word_t owner, const enum kind *kind)
{
        unsigned int i = split(first);

        if (end < PAGES)
                split(end);
        for (; i < used && pool[i].first < end; i++) {
                pool[i].owner = owner;
                if (kind)
                        pool[i].kind = *kind;
        }
        for (i = find(first); i + 1 < used && pool[i + 1].first < end;)
                if (same(&pool[i], &pool[i + 1]))
                        merge_around(pool[i + 1].first);
                else
                        i++;
        if (end < PAGES)
                merge_around(end);
        merge_around(first);
}

void pool_init(void)
{
        pool[0] = (struct range){0, POOL_NOBODY, KIND_DEVICE};
        used = 1;
}

void pool_set_kind(L4_Word_t low, L4_Word_t high, enum kind kind)
{
        if (used + 2 <= POOL_MAX)
                assign(low >> L4_PAGE_BITS, (high >> L4_PAGE_BITS) + 1, POOL_NOBODY, &kind);
}

static int may_have(const struct range *r, L4_Word_t owner, int on_fault)
{
        if (r->kind == KIND_KERNEL || (r->owner != POOL_NOBODY && r->owner != owner))
                return 0;
        return !on_fault || r->kind != KIND_DEVICE || r->owner == owner;
}

int pool_take(L4_Word_t addr, unsigned int bits, L4_Word_t owner, int on_fault)
{
        L4_Word_t first = addr >> L4_PAGE_BITS;
        L4_Word_t end = first + (1u << (bits - L4_PAGE_BITS));

        if (used + 2 > POOL_MAX || end > PAGES)
                return 0;
        for (unsigned int i = find(first); i < used && pool[i].first < end; i++)
                if (!may_have(&pool[i], owner, on_fault))
                        return 0;
        assign(first, end, owner, NULL);
        return 1;
}

int pool_take_any(unsigned int bits, L4_Word_t owner, L4_Word_t *addr)
{
        L4_Word_t size = 1u << (bits - L4_PAGE_BITS);

        for (unsigned int i = used; i-- > 0;) {
                L4_Word_t first;

                if (pool[i].kind != KIND_CONVENTIONAL || pool[i].owner != POOL_NOBODY ||
                    range_end(i) < size)
                        continue;
                first = (range_end(i) - size) & ~(size - 1);
                if (first < pool[i].first)
                        continue;
                *addr = first << L4_PAGE_BITS;
                return pool_take(*addr, bits, owner, 0);
        }
        return 0;
}
