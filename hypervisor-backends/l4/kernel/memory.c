/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page allocator.  A free page holds the link to the next one; nothing else
 * is needed, because the kernel never asks for two adjacent pages.  Pages that
 * are known to be zero but for that are in a list of their own.
 */
#include "memory.h"
#include "x86.h"

static void *free_list, *clean_list;
static u32 free_count;

void memory_add(u32 low, u32 high)
{
        for (u32 at = high; at > low; at -= PAGE_SIZE)
                page_free(phys_to_virt(at - PAGE_SIZE));
}

void *page_alloc(void)
{
        void **page = clean_list;

        if (page) {
                clean_list = *page;
                *page = NULL;
                free_count--;
                return page;
        }
        page = free_list;
        if (!page)
                return NULL;
        free_list = *page;
        free_count--;
        return memset(page, 0, PAGE_SIZE);
}

void *page_take(void)
{
        void **page = free_list;

        if (!page)
                return page_alloc();
        free_list = *page;
        free_count--;
        return page;
}

void page_free(void *page)
{
        *(void **)page = free_list;
        free_list = page;
        free_count++;
}

void page_free_clean(void *page)
{
        *(void **)page = clean_list;
        clean_list = page;
        free_count++;
}

u32 memory_free_pages(void)
{
        return free_count;
}
