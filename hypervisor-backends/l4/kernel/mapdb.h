/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mapping database: for every page a user holds, from whom it came and
 * to whom it went (L4 X.2 manual 4.2).
 */
#ifndef L4K_MAPDB_H
#define L4K_MAPDB_H

#include "types.h"
#include "space.h"

struct mapping {
        struct mapping *parent, *child, *next, *prev;
        struct space *space;
        u32 address; /* user address | MAPPING_LARGE | MAPPING_SEEN... */
};

/*
 * Map or grant the send fpage `snd` of space `from` into window `rcv` of
 * space `to`, at hot spot `base` (manual 4.2, 5.3).  Pages that cannot be
 * mapped - not there, no memory, a kernel page in the way - are left out, as
 * the manual allows; false says that memory ran out.
 */
bool mapdb_map(struct space *from, u32 snd, u32 base, struct space *to, u32 rcv, bool grant);

/*
 * The same for one page of 4 KB, to `base` of a space that takes pages anywhere; rights are in
 * snd.  False: nothing has been done, that is for mapdb_map.
 */
bool mapdb_map_page(struct space *from, u32 snd, u32 base, struct space *to) REGPARM;
static inline bool mapdb_is_page(u32 fpage)
{
        return (fpage & L4_FPAGE_SIZE_MASK) == PAGE_BITS << L4_FPAGE_SIZE_SHIFT;
}

/*
 * Unmap: revoke the rights in the fpage's low bits from all that was mapped
 * from it, and with `flush` from the space itself.  Returns the rights used
 * since the last call: referenced (R and X) and written (W).
 */
u32 mapdb_unmap(struct space *s, u32 fpage, bool flush);

/*
 * mapdb_unmap for one page of 4 KB.  UNMAP_LONG: nothing has been done, that is for mapdb_unmap.
 */
#define UNMAP_LONG 0xFFFFFFFFu
u32 mapdb_unmap_page(struct space *s, u32 fpage, bool flush) REGPARM;

/*
 * Pages of one page table, from `low` on: they go altogether, from the space too; but not those
 * that something came from, then *all is false.  Returns NODE_SEEN bits, with others.
 */
u32 mapdb_take_pages(struct space *s, u32 low, u32 pages, bool *all);

/* Revoke all mappings of a space and what came from them. */
void mapdb_drop_space(struct space *s);

/* sigma0's own fault: give it the page 1:1.  False if it cannot have it. */
bool mapdb_sigma0_page(u32 address, u32 want_log2);

/* Change the caching attribute of pages of a space (MemoryControl). */
void mapdb_cache_attribute(struct space *s, u32 fpage, u32 pte_bits, u32 pde_bits);

/* Physical ranges nobody may map: the kernel's own. */
void mapdb_forbid(u32 low, u32 high);

#endif
