/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects.  Each page starts with a header; the rest is cut into
 * objects, the free ones chained.  A page whose objects are all free goes
 * back to the page allocator, so a burst of mappings holds no memory later.
 */
#include "memory.h"
#include "x86.h"

static struct slab_page *page_of(void *p)
{
        return (struct slab_page *)((u32)p & ~(PAGE_SIZE - 1));
}

static struct slab_page *add_page(struct slab *s)
{
        struct slab_page *page = s->account ? account_page(s->account) : page_alloc();

        if (!page)
                return NULL;
        for (u32 at = sizeof(*page); at + s->size <= PAGE_SIZE; at += s->size) {
                void **object = (void **)((u32)page + at);

                *object = page->free;
                page->free = object;
        }
        page->slab = s;
        link_add_head(&s->partial, &page->link);
        return page;
}

void *slab_take(struct slab *s)
{
        struct slab_page *page;
        void **object;

        if (link_alone(&s->partial)) {
                if (!add_page(s))
                        return NULL;
        }
        page = (struct slab_page *)s->partial.next;
        object = page->free;
        page->free = *object;
        page->used++;
        if (!page->free)
                link_remove(&page->link);
        return object;
}

void *slab_alloc(struct slab *s)
{
        void *object = slab_take(s);

        return object ? memset(object, 0, s->size) : NULL;
}

void slab_free(void *object)
{
        struct slab_page *page = page_of(object);
        struct slab *s = page->slab;

        if (!page->free)
                link_add_head(&s->partial, &page->link);
        *(void **)object = page->free;
        page->free = object;
        if (--page->used == 0) {
                link_remove(&page->link);
                if (s->account)
                        account_free(s->account, page);
                else
                        page_free(page);
        }
}
