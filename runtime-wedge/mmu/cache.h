/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hypervisor's mappings were made from: for each cached translation,
 * the guest's entry as it stood then.  Comparing the two later tells which
 * mappings an invalidation must take away.
 */
#ifndef AB_MMU_CACHE_H
#define AB_MMU_CACHE_H

#include "walk.h"

#define ROWS          1024u /* of a page directory, and pages of a row; a row is 4 MB */
#define ROW_OF(gva)   ((gva) >> 22)
#define CACHE_NOTHING 2u /* no page directory has this address */

/*
 * Bits of an entry that IA-32 leaves to software: they mean nothing here.
 */
#define PTE_SOFTWARE 0xe00u

/* The translations of one row of one space. */
struct slot {
        struct slot *next; /* of the same space, or free */
        uint32_t row;
        uint32_t pde;              /* copy of the directory entry */
        bool large;                /* the entry maps a page of 4 MB ... */
        bool whole;                /* ... and it is mapped in one piece, */
        bool whole_write;          /* ... writable */
        bool local;                /* some translation here is not global */
        uint32_t *copies;          /* of the entries, ROWS of them; NULL while there is none */
        uint32_t write[ROWS / 32]; /* which pages are mapped writable, of those in use */
        uint32_t used[ROWS / 32];  /* which copies are in use ... */
        uint32_t groups;           /* ... and which words of that are not 0 */
        uint32_t dense;            /* groups whose copies, used or not, follow the table; ... */
        uint32_t grown;            /* ... others that may be fit for it */
};

static inline bool slot_writes(const struct slot *slot, uint32_t page)
{
        return slot->write[page / 32] >> page % 32 & 1;
}

static inline void slot_set_write(struct slot *slot, uint32_t page, bool write)
{
        slot->write[page / 32] &= ~(1u << page % 32);
        slot->write[page / 32] |= (uint32_t)write << page % 32;
}

struct space {
        uint32_t number;    /* the backend's */
        uint32_t directory; /* what it caches, or CACHE_NOTHING */
        uint32_t last;      /* when it was selected last */
        struct slot *slots;
        struct slot *rows[ROWS];
};

extern struct space cache_kernel;
extern struct space *cache_current;
/* User code waits for the answer to a fault: its space is not to be given up. */
extern bool cache_keeps_current;
/* mmu_reach() has been asked about user addresses since mmu_epoch changed. */
extern bool cache_reached_user;

/* Another number whenever a translation that was there may be gone or another one. */
extern uint32_t cache_generation;
/* Mappings of space @number were taken away, or some of their rights. */
void cache_lost(uint32_t number);
/* A load of CR3 that changes nothing gives up the space (backend_machine.flushes). */
extern bool cache_flushes;

/* A fault that only sets an accessed or dirty bit, or a translation lost so that one will. */
void count_bits_only(void);

void cache_start(const struct backend_machine *machine);

/* What the backend can map. */
extern const struct backend_machine *cache_machine;

/* The space that caches @gva; NULL where no guest may map anything. */
static inline struct space *cache_of(uint32_t gva)
{
        const struct backend_machine *machine = cache_machine;

        if (gva >= machine->user_start && gva < machine->user_end)
                return cache_current;
        return gva >= machine->kernel_start && gva < machine->kernel_end ? &cache_kernel : 0;
}

/* Make the space of @directory, new or cached, the current one. */
void cache_select(uint32_t directory);

/* Is @gva mapped, for the guest's kernel, and writable where @write? */
bool cache_holds(uint32_t gva, bool write);

/* Map and note what @walk found for @gva.  False: no guest may map that address. */
bool cache_install(uint32_t gva, const struct walk *walk) AB_FAST;

/*
 * Compare translations with the guest's tables as they now are, and take away what has
 * changed: all of a space; of one, what is not global; one page.
 */
void cache_check(struct space *space);
void cache_check_local(struct space *space);
void cache_check_page(struct space *space, uint32_t gva);

/* A translation made from @entry goes at the next load of CR3. */
static inline bool cache_is_local(uint32_t entry)
{
        return !(entry & PTE_G && walk_cpu->cr[4] & CR4_PGE);
}

/* Has the directory entry of @slot become something else? */
bool cache_row_changed(const struct slot *slot, uint32_t pde, bool large);

/* Every row of @space has changed, which has some. */
bool cache_is_dead(const struct space *space);

/* No mapping is left in @slot. */
bool cache_is_empty(const struct slot *slot);

/* Take mappings away: those of a row; of a space; all there are. */
void cache_drop_slot(struct space *space, struct slot *slot);
void cache_drop_space(struct space *space);
void cache_drop_all(void);

/* slots.c: storage.  NULL or false: none left. */
void slots_start(void);
struct slot *slot_take(struct space *space, uint32_t row);
bool slot_take_copies(struct slot *slot);
void slot_free(struct space *space, struct slot *slot);

#endif
