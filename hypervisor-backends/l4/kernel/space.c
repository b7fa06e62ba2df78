/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: page directories and page tables.  What the entries mean
 * to user programs - who mapped what to whom - is mapdb.c's business.
 */
#include "space.h"
#include "memory.h"
#include "mapdb.h"
#include "abi.h"
#include "ioports.h"
#include "ext.h"

/* Pages that one search for empty tables is content with. */
#define RECLAIM_ENOUGH 256u

struct space *sigma0_space;
u32 *kernel_pd;
struct link all_spaces = {&all_spaces, &all_spaces};

struct space *space_create(void)
{
        struct space *s = page_alloc_reclaiming();

        if (!s)
                return NULL;
        s->pd = page_alloc_reclaiming();
        if (!s->pd) {
                page_free(s);
                return NULL;
        }
        s->pd_phys = virt_to_phys(s->pd);
        memcpy(s->pd + USER_PDES, kernel_pd + USER_PDES, (1024 - USER_PDES) * 4);
        s->account = &accounts[0];
        link_init(&s->threads);
        link_add_tail(&all_spaces, &s->all);
        return s;
}

/* The part of an fpage that is in one region: pages of its table. */
static void part_in_region(u32 fpage, u32 index, u32 *first, u32 *end)
{
        u32 low = index << SUPER_BITS, base = fpage_base(fpage), log2 = fpage_log2(fpage);

        *first = *end = 0;
        if (fpage_is_nil(fpage) || base >> SUPER_BITS > index)
                return;
        if (base < low) {
                if (log2 >= 32 || low - base < 1u << log2)
                        *end = 1024;
                return;
        }
        *first = base >> PAGE_BITS & 1023;
        *end = log2 < SUPER_BITS ? *first + (1u << (log2 - PAGE_BITS)) : 1024;
}

/* The pages of the kernel's in one region: the UTCBs' are the space's, the KIP is everybody's. */
static void leave_region(struct space *s, u32 index)
{
        u32 *table = phys_to_virt(s->pd[index] & PTE_FRAME), i, end;

        for (part_in_region(s->utcb_area, index, &i, &end); i < end; i++) {
                if (table[i] & PTE_KERNEL)
                        account_free(s->account, phys_to_virt(table[i] & PTE_FRAME));
                table[i] = 0;
        }
        part_in_region(s->kip_area, index, &i, &end);
        if (i < end)
                table[i] = 0;
}

static bool has_table(const struct space *s, u32 index)
{
        return (s->pd[index] & (PTE_P | PTE_LARGE)) == PTE_P;
}

void space_leave_areas(struct space *s)
{
        for (u32 i = 0; (i = space_next_region(s, i, USER_PDES)) < USER_PDES; i++) {
                if (has_table(s, i))
                        leave_region(s, i);
        }
        space_flush_all(s);
}

/* Free the page table of one region, in which nothing is mapped: without those pages it is zero. */
static void free_table(struct space *s, u32 index)
{
        leave_region(s, index);
        account_free_clean(s->account, phys_to_virt(s->pd[index] & PTE_FRAME));
        account_free_clean(s->account, s->shadow[index]);
        s->pd[index] = 0;
        s->shadow[index] = NULL;
        s->parts[index] = 0;
        space_unmark_region(s, index);
}

static bool has_kernel_page(const struct space *s, u32 index, u32 area)
{
        u32 *table = phys_to_virt(s->pd[index] & PTE_FRAME), i, end;

        part_in_region(area, index, &i, &end);
        return skip_zeros(table + i, table + end) != table + end;
}

/*
 * A page table stays when its last page is unmapped: what was mapped in a region once mostly is
 * again.  So those that are empty are memory too, when there is no other.  Tables of small
 * spaces are in other directories as well; they stay.  Memory may be short for long, with hardly a
 * table empty and a search at every fault, so what is looked at is no more than can have a mapping.
 */
static bool table_is_empty(struct space *s, u32 index)
{
        u32 *shadow = s->shadow[index];

        while (s->parts[index]) {
                u32 *at = shadow + (u32)__builtin_ctz(s->parts[index]) * PART_PAGES;

                if (skip_zeros(at, at + PART_PAGES) != at + PART_PAGES)
                        return false;
                s->parts[index] &= (u8)(s->parts[index] - 1);
        }
        return !has_kernel_page(s, index, s->utcb_area) && !has_kernel_page(s, index, s->kip_area);
}

bool space_reclaim_tables(const struct account *of)
{
        u32 before = memory_free_pages();

        for (struct link *l = all_spaces.next; l != &all_spaces; l = l->next) {
                struct space *s = CONTAINER(l, struct space, all);
                u32 free = memory_free_pages();

                if (s->small_pages || (of && s->account != of))
                        continue;
                for (u32 i = 0; (i = space_next_region(s, i, USER_PDES)) < USER_PDES; i++) {
                        if (has_table(s, i) && table_is_empty(s, i))
                                free_table(s, i);
                }
                if (memory_free_pages() != free)
                        space_flush_all(s);
                if (memory_free_pages() - before >= RECLAIM_ENOUGH)
                        break;
        }
        return memory_free_pages() != before;
}

void *page_alloc_reclaiming(void)
{
        void *page = page_alloc();

        if (!page && space_reclaim_tables(NULL))
                page = page_alloc();
        return page;
}

void space_destroy(struct space *s)
{
        mapdb_drop_space(s);
        if (X_SMALL_SPACES)
                small_make_large(s);
        for (u32 i = 0; (i = space_next_region(s, i, USER_PDES)) < USER_PDES; i++) {
                if (has_table(s, i))
                        free_table(s, i);
        }
        ioports_drop_space(s);
        if (read_cr3() == s->pd_phys)
                write_cr3(virt_to_phys(kernel_pd));
        link_remove(&s->all);
        /* Nothing is left of the users' part of either. */
        memset(s->pd + USER_PDES, 0, (1024 - USER_PDES) * 4);
        page_free_clean(s->pd);
        memset(s->regions, 0, sizeof(*s) - offsetof(struct space, regions));
        page_free_clean(s);
}

u32 *space_next_mapping(const struct space *s, u32 region, u32 *at, u32 *end)
{
        u32 *const begin = s->shadow[region], parts = s->parts[region];

        while (at < end) {
                u32 part = (u32)(at - begin) / PART_PAGES;
                u32 *part_end = begin + (part + 1) * PART_PAGES;

                if (part_end > end)
                        part_end = end;
                if (parts >> part & 1)
                        at = skip_zeros(at, part_end);
                else
                        at = part_end;
                if (at != part_end)
                        return at;
        }
        return end;
}

u32 *space_pte(struct space *s, u32 address, bool *large)
{
        u32 *pde = &s->pd[address >> SUPER_BITS];

        *large = false;
        if (!(*pde & PTE_P))
                return NULL;
        if (*pde & PTE_LARGE) {
                *large = true;
                return pde;
        }
        return (u32 *)phys_to_virt(*pde & PTE_FRAME) + (address >> PAGE_BITS & 1023);
}

bool space_need_table(struct space *s, u32 address)
{
        u32 index = address >> SUPER_BITS;
        void *table, *shadow;

        if (s->pd[index] & PTE_P)
                return !(s->pd[index] & PTE_LARGE);
        table = account_page(s->account);
        shadow = account_page(s->account);
        if (!table || !shadow) {
                if (table)
                        account_free(s->account, table);
                if (shadow)
                        account_free(s->account, shadow);
                return false;
        }
        s->shadow[index] = shadow;
        s->parts[index] = 0;
        space_mark_region(s, index);
        s->pd[index] = virt_to_phys(table) | PTE_P | PTE_W | PTE_U;
        return true;
}

bool space_map_kernel_page(struct space *s, u32 address, u32 phys, bool writable)
{
        bool large;

        if (!space_need_table(s, address) &&
            !(account_reclaim(s->account) && space_need_table(s, address)))
                return false;
        *space_pte(s, address, &large) =
            phys | PTE_P | PTE_U | PTE_A | PTE_D | PTE_KERNEL | (writable ? PTE_W : 0);
        space_flush_tlb(s, address);
        return true;
}

bool fpage_contains(u32 area, u32 address, u32 size)
{
        u32 log2 = fpage_log2(area);

        if (fpage_is_nil(area))
                return false;
        if (log2 >= 32)
                return true;
        return address - fpage_base(area) < (1u << log2) &&
               size <= (1u << log2) - (address - fpage_base(area));
}

u32 *space_utcb_word(struct space *s, u32 local_id)
{
        bool large;
        u32 *pte;

        if ((local_id & (UTCB_SIZE - 1)) != UTCB_OFFSET ||
            !fpage_contains(s->utcb_area, local_id, 4))
                return NULL;
        pte = space_pte(s, local_id, &large);
        if (!pte || large || !(*pte & PTE_KERNEL))
                return NULL;
        return (u32 *)((u32)phys_to_virt(*pte & PTE_FRAME) + (local_id & (PAGE_SIZE - 1)));
}

void space_set_areas(struct space *s, u32 kip, u32 utcb)
{
        u32 kip_base = fpage_base(kip), utcb_base = fpage_base(utcb);

        s->kip_area = kip;
        s->utcb_area = utcb;
        s->areas_start = kip_base < utcb_base ? kip_base : utcb_base;
}

void space_flush_all(struct space *s)
{
        if (read_cr3() == s->pd_phys || (X_SMALL_SPACES && s->small_pages))
                write_cr3(read_cr3());
}
