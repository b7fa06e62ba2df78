/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual MMU's interface: faults, and what invalidates translations. */
#include "cache.h"

struct mmu_statistics mmu_statistics;

_Static_assert((uint32_t)PTE_RW == (uint32_t)AB_WRITE, "the same bit");

/* How far around a page others are filled: what a guest reads ahead in a file. */
enum { NEAR_PAGES = 16 };

void mmu_start(const struct backend_machine *machine, const struct ab_vcpu *cpu)
{
        walk_cpu = cpu;
        mmu_statistics = (struct mmu_statistics){0};
        cache_start(machine);
        cache_select(walk_directory());
}

bool mmu_fill(uint32_t gva, enum mmu_access access, bool user, uint32_t *error)
{
        struct walk walk;

        if (!walk_tables(gva, access, user, &walk, error)) {
                mmu_statistics.faults++;
                return false;
        }
        if (!cache_install(gva, &walk))
                backend_fatal("the guest uses an address outside its address map");
        mmu_statistics.fills++;
        return true;
}

/*
 * The entry of user code's page at @gva, in a table that was accessed before, as its directory's
 * entry @pde says; NULL: that is for walk_tables().
 */
static inline uint32_t *find_entry(uint32_t gva, uint32_t *pde)
{
        const struct ab_vcpu *cpu = walk_cpu;
        const uint32_t *at;

        if (!(cpu->cr[0] & CR0_PG))
                return 0;
        at = backend_physical((cpu->cr[3] & PTE_FRAME) + (gva >> 22) * 4);
        if (!at)
                return 0;
        *pde = *at;
        if ((*pde & (PTE_P | PTE_A | PTE_PS)) != (PTE_P | PTE_A))
                return 0;
        return backend_physical((*pde & PTE_FRAME) + (gva >> 12) % ROWS * 4);
}

static __attribute__((noinline)) bool AB_FAST fill_waiting(uint32_t gva, enum mmu_access access,
                                                           uint32_t *error, bool *refused)
{
        struct walk walk;
        bool done;

        *refused = !walk_tables(gva, access, true, &walk, error);
        if (*refused) {
                mmu_statistics.faults++;
                return false;
        }
        if (!cache_of(gva))
                return false;
        cache_keeps_current = true;
        done = cache_install(gva, &walk);
        cache_keeps_current = false;
        mmu_statistics.fills += done;
        return done;
}

/* Mostly: a page that is not there. */
bool AB_FAST mmu_fill_waiting(uint32_t gva, enum mmu_access access, uint32_t *error, bool *refused)
{
        const uint32_t *at;
        uint32_t pde;

        at = find_entry(gva, &pde);
        if (!at || *at & PTE_P)
                return fill_waiting(gva, access, error, refused);
        *error = access == MMU_WRITE ? ERROR_W | ERROR_U : ERROR_U;
        *refused = true;
        mmu_statistics.faults++;
        return false;
}

/* Of an entry that user code has, or may have, used. */
enum { NEEDED = PTE_P | PTE_US | PTE_A };

static bool is_needed(uint32_t entry)
{
        return (entry & (NEEDED | PTE_PS)) == NEEDED;
}

/* Next to the page at @gva, whose entry is at @at: one that is used and not mapped yet. */
static bool has_neighbour(uint32_t gva, const uint32_t *at)
{
        uint32_t page = (gva >> 12) % ROWS, bit = page % 32;
        const struct slot *slot = cache_current->rows[ROW_OF(gva)];
        uint32_t used = slot ? slot->used[page / 32] : 0;

        return (bit < 31 && is_needed(at[1]) && !(used >> bit & 2)) ||
               (bit && is_needed(at[-1]) && !(used >> (bit - 1) & 1));
}

static __attribute__((noinline)) void AB_FAST prefill(uint32_t gva, bool user)
{
        struct walk walk;
        uint32_t error;
        bool neighbour;

        if (!cache_of(gva) || !walk_tables(gva, MMU_READ, user, &walk, &error))
                return;
        neighbour = user && walk.at && has_neighbour(gva, walk.at);
        cache_install(gva, &walk);
        mmu_statistics.prefills++;
        if (neighbour)
                mmu_fill_near(gva);
}

/*
 * Mostly: a page more for user code, in a row that stands.  What walk_tables() and cache_install()
 * would do, with each thing looked at once.
 */
void AB_FAST mmu_prefill(uint32_t gva, bool user)
{
        struct space *space = cache_current;
        uint32_t page = (gva >> 12) % ROWS, group = page / 32, pde, entry, used, bit, write;
        struct slot *slot;
        uint32_t *at;
        bool neighbour;

        if (!user || gva < cache_machine->user_start || gva >= cache_machine->user_end)
                goto otherwise;
        slot = space->rows[ROW_OF(gva)];
        at = find_entry(gva, &pde);
        /* A row of a table has copies, and is not a large page's. */
        if (!at || !slot || slot->pde != pde || !slot->copies || !(pde & PTE_US))
                goto otherwise;
        entry = *at;
        used = slot->used[group];
        bit = 1u << page % 32;
        if ((entry & (PTE_P | PTE_US | PTE_PS)) != (PTE_P | PTE_US) || used & bit ||
            entry >= cache_machine->memory_bytes)
                goto otherwise;
        if (!(entry & PTE_A))
                *at = entry |= PTE_A;
        neighbour =
            (bit << 1 & ~used && is_needed(at[1])) || (bit >> 1 & ~used && is_needed(at[-1]));
        write = entry & PTE_D ? pde & entry & PTE_RW : 0; /* PTE_RW is AB_WRITE */
        if (!backend_map(space->number, gva & PTE_FRAME, entry & PTE_FRAME, AB_PAGE_BYTES,
                         AB_READ | AB_EXECUTE | AB_USER | write))
                goto otherwise;
        slot->local |= cache_is_local(entry);
        slot->write[group] |= bit;
        if (!write)
                slot->write[group] ^= bit;
        slot->copies[page] = entry;
        slot->used[group] = used | bit;
        slot->groups |= 1u << group;
        slot->grown |= 1u << group;
        mmu_statistics.prefills++;
        if (neighbour)
                mmu_fill_near(gva);
        return;
otherwise:
        prefill(gva, user);
}

void AB_FAST mmu_fill_near(uint32_t gva)
{
        uint32_t first = (gva >> 12) % ROWS & -(uint32_t)NEAR_PAGES, pde, used, i;
        struct {
                uint32_t page, entry;
        } found[NEAR_PAGES];
        uint32_t count = 0;
        struct space *space = cache_of(gva);
        const struct slot *slot = space ? space->rows[ROW_OF(gva)] : 0;
        const uint32_t *table;

        if (!slot || slot->large)
                return;
        pde = walk_pde(walk_directory(), ROW_OF(gva));
        if ((pde & NEEDED) != NEEDED || pde & PTE_PS)
                return;
        table = backend_physical((pde & PTE_FRAME) + first * 4);
        used = slot->used[first / 32] >> first % 32;
        for (i = 0; table && i < NEAR_PAGES; i++, used >>= 1)
                if (!(used & 1) && is_needed(table[i])) {
                        found[count].page = first + i;
                        found[count++].entry = table[i];
                }
        for (i = 0; i < count; i++) {
                uint32_t entry = found[i].entry;
                struct walk walk = {.gpa = entry & PTE_FRAME,
                                    .pde = pde,
                                    .entry = entry,
                                    .user = true,
                                    .write = pde & PTE_RW && entry & PTE_RW && entry & PTE_D};

                cache_install((gva & PDE_FRAME) | found[i].page << 12, &walk);
                mmu_statistics.prefills++;
        }
}

void *mmu_reach(uint32_t gva, enum mmu_access access, uint32_t *error)
{
        *error = MMU_UNMAPPABLE;
        if (!cache_holds(gva, access == MMU_WRITE) &&
            (!cache_of(gva) || !mmu_fill(gva, access, false, error)))
                return 0;
        if (cache_of(gva) != &cache_kernel)
                cache_reached_user = true;
        return (void *)(uintptr_t)gva;
}

/* The page looked at last, by its last byte, which is never 0: stacks are looked at very often. */
static struct {
        const struct space *space;
        uint32_t generation, end, frame;
} peeked;

const void AB_FAST *mmu_peek_user(uint32_t gva)
{
        uint32_t page = (gva >> 12) % ROWS, entry;
        const struct space *space;
        const struct slot *slot;

        if (peeked.end != (gva | (AB_PAGE_BYTES - 1)) || peeked.generation != cache_generation ||
            peeked.space != cache_current) {
                space = cache_of(gva);
                slot = space ? space->rows[ROW_OF(gva)] : 0;
                if (!slot || slot->large || !(slot->used[page / 32] >> page % 32 & 1))
                        return 0;
                entry = slot->copies[page];
                if (!(slot->pde & entry & PTE_US))
                        return 0;
                peeked.end = gva | (AB_PAGE_BYTES - 1);
                peeked.generation = cache_generation;
                peeked.space = cache_current;
                peeked.frame = entry & PTE_FRAME;
        }
        return backend_physical(peeked.frame | gva % AB_PAGE_BYTES);
}

void mmu_write_cr3(void)
{
        const struct space *before;

        mmu_statistics.cr3_loads++;
        if (!(walk_cpu->cr[0] & CR0_PG))
                return;
        before = cache_current;
        cache_select(walk_directory());
        if (cache_flushes && cache_current == before)
                cache_drop_space(cache_current);
        else
                cache_check(cache_current);
        cache_check_local(&cache_kernel);
}

/*
 * With another meaning of the same tables nothing cached holds; this is rare
 * enough to start over.
 */
static void start_over(void)
{
        cache_drop_all();
        cache_select(walk_directory());
}

void mmu_write_cr0(uint32_t old, uint32_t new)
{
        if ((old ^ new) & (CR0_PG | CR0_WP))
                start_over();
}

void mmu_write_cr4(uint32_t old, uint32_t new)
{
        if ((old ^ new) & (CR4_PSE | CR4_PAE)) {
                start_over();
        } else if ((old ^ new) & CR4_PGE) {
                cache_check(cache_current);
                cache_check(&cache_kernel);
        }
}

void mmu_invlpg(uint32_t gva)
{
        struct space *space = cache_of(gva);

        if (space)
                cache_check_page(space, gva);
}

/*
 * Comparing finds every change, so these tell nothing that is needed; a wedge may leave
 * their sites native.
 */
void mmu_pt_store(uint32_t gva)
{
        mmu_pt_copy(gva, 4);
}

void mmu_pt_copy(uint32_t gva, uint32_t bytes)
{
        (void)gva;
        mmu_statistics.stores_noted += bytes / 4;
}
