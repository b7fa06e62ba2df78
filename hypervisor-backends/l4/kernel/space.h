/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: a page directory, the tree nodes behind its entries, and
 * the two areas the kernel itself puts there (KIP and UTCBs).
 */
#ifndef L4K_SPACE_H
#define L4K_SPACE_H

#include "types.h"
#include "layout.h"
#include "tcb.h"
#include "x86.h"
#include "config.h"

struct mapping;
struct account;

/* User 4 MB regions in a space. */
#define USER_PDES (USER_TOP >> SUPER_BITS)

/* A region's pages in eight parts. */
#define PART_BITS  (SUPER_BITS - 3)
#define PART_PAGES (1u << (PART_BITS - PAGE_BITS))

struct space {
        /*
         * Behind each page-directory entry: for a 4 MB page its mapping, for
         * a page table the page of 1024 mapping pointers that shadows it.
         */
        void *shadow[USER_PDES];
        /* A bit for each part of a page table: the shadow has mappings only where it is set. */
        u8 parts[USER_PDES];
        /* A bit for each region: the page directory has entries only where it is set. */
        u32 regions[(USER_PDES + 31) / 32];
        u32 *pd; /* kernel address of the page directory */
        u32 pd_phys;
        u32 kip_area, utcb_area; /* fpages; nil until SpaceControl */
        u32 areas_start;         /* no address below is in either */
        struct link threads;
        u32 thread_count; /* all threads in it, active or not */
        u32 active;       /* those with a UTCB; areas are fixed once nonzero */
        u8 privileged;    /* sigma0 or root task */
        u8 is_sigma0;
        /* smallspace.c: where its addresses are in every page directory; no pages: it is large. */
        u32 small_base, small_pages, small_id;
        struct link all;
        u32 *window; /* own window page table, when it has IO ports */
        u8 *io_bitmap[2];
        u32 io_had;              /* ioports.c: ports of one word that are being looked at */
        struct link holder;      /* in the list of those with a window */
        struct account *account; /* that has its page tables and nodes */
};

_Static_assert(sizeof(struct space) <= PAGE_SIZE, "a space fits into a page");

/* Empty space, or NULL without memory. */
struct space *space_create(void);
/* Revoke everything in it and free it; it must hold no thread. */
void space_destroy(struct space *s);

/* The page directory is to have an entry for the region. */
static inline void space_mark_region(struct space *s, u32 region)
{
        s->regions[region / 32] |= 1u << region % 32;
}

/* It has none any more. */
static inline void space_unmark_region(struct space *s, u32 region)
{
        s->regions[region / 32] &= ~(1u << region % 32);
}

/* The shadow table of the address is to have a mapping there. */
static inline void space_mark_part(struct space *s, u32 address)
{
        s->parts[address >> SUPER_BITS] |= (u8)(1u << (address >> PART_BITS & 7));
}

/* The first region from `region' on that may have an entry; `end': there is none before that. */
static inline u32 space_next_region(const struct space *s, u32 region, u32 end)
{
        while (region < end) {
                u32 bits = s->regions[region / 32] >> region % 32;

                if (bits) {
                        region += (u32)__builtin_ctz(bits);
                        return region < end ? region : end;
                }
                region = (region | 31) + 1;
        }
        return end;
}

/* The first mapping from `at' on in the region's shadow table; `end': there is none before that. */
u32 *space_next_mapping(const struct space *s, u32 region, u32 *at, u32 *end);

/* Page-table entry of a user address: NULL if there is no page table or 4 MB page. */
u32 *space_pte(struct space *s, u32 address, bool *large);

/* Put a kernel page at a user address (KIP, UTCB); false without memory. */
bool space_map_kernel_page(struct space *s, u32 address, u32 phys, bool writable);

/* Kernel address of the UTCB word at user address, or NULL if not a UTCB of s. */
u32 *space_utcb_word(struct space *s, u32 local_id);

/* Install the page table that PDE of address needs; false without memory. */
bool space_need_table(struct space *s, u32 address);

/*
 * Free page tables in which nothing is mapped, some at a time: of spaces of account `of', or of all
 * where that is NULL.  False: there are none.
 */
bool space_reclaim_tables(const struct account *of);
/* A page, as page_alloc(), from such tables when there is no other; nobody may be filling a table.
 */
void *page_alloc_reclaiming(void);

/* Show a physical page at WINDOW_COPY, writable, behind the present page directory. */
void window_map_copy(u32 phys);

/* The areas are these; pages are not touched. */
void space_set_areas(struct space *s, u32 kip, u32 utcb);
/* They are to be elsewhere: the KIP goes, and the pages of UTCBs that once were. */
void space_leave_areas(struct space *s);

/* Drop TLB entries of s. */
static inline void space_flush_tlb(const struct space *s, u32 address)
{
        if (read_cr3() == s->pd_phys)
                invlpg(address);
        if (X_SMALL_SPACES && s->small_pages)
                invlpg(s->small_base + address);
}
void space_flush_all(struct space *s);

/* fpage [base, base + size) lies in the area? */
bool fpage_contains(u32 area, u32 address, u32 size);

extern struct space *sigma0_space;
extern u32 *kernel_pd;
/* All spaces, by their link `all`. */
extern struct link all_spaces;

/* --- small spaces (smallspace.c) -------------------------------------------------- */

#define PAGE_NONE 0xFFFFFFFFu

/* Spaces that are small now. */
extern u32 small_spaces;

/* Linear address of the space's address 0. */
static inline u32 space_base(const struct space *s)
{
        return X_SMALL_SPACES ? s->small_base : 0;
}

/* Last page that user segments may reach in it; PAGE_NONE if paging sees to that. */
static inline u32 space_last_page(const struct space *s)
{
        if (!X_SMALL_SPACES || !small_spaces)
                return PAGE_NONE;
        return (s->small_pages ? s->small_pages : USER_TOP >> PAGE_BITS) - 1;
}

/* CR3 of its threads; 0: any will do. */
static inline u32 space_cr3(const struct space *s)
{
        return X_SMALL_SPACES && s->small_pages ? 0 : s->pd_phys;
}

#endif
