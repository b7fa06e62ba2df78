/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invalidation by comparison.  At the moments at which IA-32 promises that old
 * translations are gone, each cached one is compared with the guest's tables; those
 * that a new walk would not give any more are taken away.  So it does not matter
 * which instruction changed a table, or through which of its addresses.
 */
#include "cache.h"

/* Neighbours that lose the same rights: one call of the backend for all. */
struct run {
        uint32_t space, start, bytes, rights;
};

static void run_end(struct run *run)
{
        if (!run->bytes)
                return;
        if (run->rights)
                backend_protect(run->space, run->start, run->bytes, run->rights);
        else
                backend_unmap(run->space, run->start, run->bytes);
        cache_lost(run->space);
        run->bytes = 0;
}

static void run_add(struct run *run, uint32_t gva, uint32_t bytes, uint32_t rights)
{
        if (!run->bytes || run->start + run->bytes != gva || run->rights != rights) {
                run_end(run);
                run->start = gva;
                run->rights = rights;
        }
        run->bytes += bytes;
}

/* A walk sets accessed bits: where the guest has cleared one, it must come to a walk. */
static bool lost(uint32_t copy, uint32_t now, uint32_t bit)
{
        return copy & bit && !(now & bit);
}

bool cache_row_changed(const struct slot *slot, uint32_t pde, bool large)
{
        const uint32_t same = PTE_P | PTE_RW | PTE_US | PTE_PS | PTE_FRAME;

        return slot->large != large || (slot->pde ^ pde) & same || lost(slot->pde, pde, PTE_A) ||
               (large && lost(slot->pde, pde, PTE_D));
}

static uint32_t first(uint32_t bits)
{
        return (uint32_t)__builtin_ctz(bits);
}

static uint32_t last(uint32_t bits)
{
        return 31 - (uint32_t)__builtin_clz(bits);
}

static void forget_page(struct slot *slot, uint32_t page)
{
        slot->used[page / 32] &= ~(1u << page % 32);
        if (!slot->used[page / 32]) {
                slot->groups &= ~(1u << page / 32);
                slot->dense &= ~(1u << page / 32);
        }
}

static bool differs(uint32_t copy, uint32_t now)
{
        return (copy ^ now) & ~PTE_SOFTWARE;
}

/* A translation whose entry, @now, is not the one it was made from; its row stands. */
static void change_page(struct slot *slot, uint32_t page, uint32_t now, struct run *run)
{
        uint32_t copy = slot->copies[page];
        uint32_t gva = slot->row << 22 | page << 12;

        mmu_statistics.changed++;
        if ((copy ^ now) & (PTE_FRAME | PTE_P | PTE_US | PTE_PS) || lost(copy, now, PTE_A)) {
                if (!((copy ^ now) & ~(PTE_SOFTWARE | PTE_A)))
                        count_bits_only();
                mmu_statistics.dropped++;
                run_add(run, gva, AB_PAGE_BYTES, 0);
                forget_page(slot, page);
                return;
        }
        if (slot_writes(slot, page) && (lost(copy, now, PTE_RW) || lost(copy, now, PTE_D))) {
                mmu_statistics.protected ++;
                run_add(run, gva, AB_PAGE_BYTES,
                        AB_READ | AB_EXECUTE | (slot->pde & now & PTE_US ? AB_USER : 0));
                slot_set_write(slot, page, false);
        }
        slot->copies[page] = now;
}

bool cache_is_empty(const struct slot *slot)
{
        return !slot->whole && !slot->groups;
}

void cache_drop_slot(struct space *space, struct slot *slot)
{
        struct run run = {.space = space->number};
        uint32_t groups, bits;

        if (slot->whole) {
                backend_unmap(space->number, slot->row << 22, LARGE_PAGE);
                cache_lost(space->number);
        }
        for (groups = slot->groups; groups; groups &= groups - 1)
                for (bits = slot->used[first(groups)]; bits; bits &= bits - 1) {
                        uint32_t page = first(groups) * 32 + first(bits);

                        mmu_statistics.dropped++;
                        run_add(&run, slot->row << 22 | page << 12, AB_PAGE_BYTES, 0);
                }
        run_end(&run);
        slot_free(space, slot);
}

/*
 * Has the directory entry become something else?  If not, it may still have become global, or be
 * so no more.
 */
static inline bool changed_now(const struct space *space, struct slot *slot)
{
        uint32_t directory = space == &cache_kernel ? walk_directory() : space->directory;
        uint32_t pde = walk_pde(directory, slot->row);

        if (pde != slot->pde && cache_row_changed(slot, pde, slot->large))
                return true;
        slot->pde = pde;
        if (slot->large)
                slot->local = cache_is_local(pde);
        return false;
}

/*
 * Applications have dense groups of 32 pages.  Neighbouring ones are compared in one go, the pages
 * that are not used too.  For that the copies follow the table there, and in the bits of software.
 */
static bool is_dense(uint32_t used)
{
        used -= used >> 1 & 0x55555555;
        used = (used & 0x33333333) + (used >> 2 & 0x33333333);
        return ((used + (used >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24 >= 8;
}

/* How many of @words, at least one, are the same from the first on. */
static inline uint32_t same_words(const uint32_t *copies, const uint32_t *table, uint32_t words)
{
        unsigned long left = words;
        bool same;

        asm volatile("repe cmpsl"
                     : "+S"(copies), "+D"(table), "+c"(left), "=@cce"(same)
                     :
                     : "memory");
        return same ? words : words - (uint32_t)left - 1;
}

static inline void check_one(struct slot *slot, uint32_t page, uint32_t now, struct run *run)
{
        if (differs(slot->copies[page], now))
                change_page(slot, page, now, run);
        else
                slot->copies[page] = now;
}

/*
 * The page @begin has no entry any more, nor have those behind it, up to the first that has or is
 * not in use, or to the end of its group: that page.
 */
static uint32_t drop_gone(struct slot *slot, const uint32_t *table, uint32_t begin, struct run *run)
{
        uint32_t used = slot->used[begin / 32] >> begin % 32, page = begin, count;

        do {
                slot->copies[page] = table[page];
                page++;
                used >>= 1;
        } while (used & 1 && !(table[page] & PTE_P));
        count = page - begin;
        mmu_statistics.changed += count;
        mmu_statistics.dropped += count;
        run_add(run, slot->row << 22 | begin << 12, count * AB_PAGE_BYTES, 0);
        slot->used[begin / 32] &= ~((~0u >> (32 - count)) << begin % 32);
        if (!slot->used[begin / 32]) {
                slot->groups &= ~(1u << begin / 32);
                slot->dense &= ~(1u << begin / 32);
        }
        return page;
}

/* From group @begin on, @count of them. */
static void check_dense(struct slot *slot, const uint32_t *table, uint32_t begin, uint32_t count,
                        struct run *run)
{
        uint32_t page = begin * 32 + first(slot->used[begin]);
        uint32_t end = (begin + count - 1) * 32 + last(slot->used[begin + count - 1]) + 1;

        while (page < end) {
                page += same_words(slot->copies + page, table + page, end - page);
                if (page == end)
                        break;
                if (!(slot->used[page / 32] >> page % 32 & 1))
                        slot->copies[page] = table[page];
                else if (!(table[page] & PTE_P)) {
                        page = drop_gone(slot, table, page, run);
                        continue;
                } else
                        check_one(slot, page, table[page], run);
                page++;
        }
}

static void check_sparse(struct slot *slot, const uint32_t *table, uint32_t group, struct run *run)
{
        const uint32_t *now = table + group * 32, *copies = slot->copies + group * 32;
        uint32_t bits;

        for (bits = slot->used[group]; bits; bits &= bits - 1) {
                uint32_t i = first(bits);

                if (copies[i] != now[i])
                        check_one(slot, group * 32 + i, now[i], run);
        }
}

/* Of a space of user code; there is a table. */
static void check_user_copies(struct slot *slot, const uint32_t *table, struct run *run)
{
        uint32_t groups, group, count;

        for (groups = slot->grown & ~slot->dense; groups; groups &= groups - 1)
                if (is_dense(slot->used[first(groups)]))
                        slot->dense |= 1u << first(groups);
        slot->grown = 0;
        for (groups = slot->groups & ~slot->dense; groups; groups &= groups - 1)
                check_sparse(slot, table, first(groups), run);
        for (groups = slot->dense; groups; groups &= ~0u << group << (count - 1) << 1) {
                group = first(groups);
                count = groups >> group == ~0u ? 32 : first(~(groups >> group));
                check_dense(slot, table, group, count, run);
        }
}

/*
 * Mappings from before CR4.PGE was set are not global; if all that is left is, the row need not be
 * looked at again at the next load of CR3.
 */
static void check_kernel_copies(struct slot *slot, const uint32_t *table, struct run *run)
{
        uint32_t groups, bits, global = PTE_G;

        for (groups = slot->groups; groups; groups &= groups - 1)
                for (bits = slot->used[first(groups)]; bits; bits &= bits - 1) {
                        uint32_t page = first(groups) * 32 + first(bits);

                        check_one(slot, page, table ? table[page] : NOTHING, run);
                        global &= slot->copies[page];
                }
        slot->local = cache_is_local(global);
}

/* The copies of a row whose directory entry stands; those of a large page stand with it. */
static inline void check_copies(struct space *space, struct slot *slot, struct run *run)
{
        const uint32_t *table;

        if (slot->large)
                return;
        table = backend_physical(slot->pde & PTE_FRAME);
        if (table && space != &cache_kernel)
                check_user_copies(slot, table, run);
        else
                check_kernel_copies(slot, table, run);
        if (cache_is_empty(slot))
                slot_free(space, slot);
}

/*
 * How many rows of @space, of user code, have another entry in its directory than the one their
 * translations were made from.
 */
static uint32_t count_changed(const struct space *space)
{
        const uint32_t *directory;
        const struct slot *slot;
        uint32_t count = 0;

        if (space->directory == WALK_UNPAGED)
                return 1;
        directory = backend_physical(space->directory);
        if (!directory)
                return 1;
        for (slot = space->slots; slot; slot = slot->next)
                count += directory[slot->row] != slot->pde;
        return count;
}

/* All rows or those that are not global; @changed: some may have another entry in the directory. */
static void check_slots(struct space *space, bool global, bool changed)
{
        struct run run = {.space = space->number};
        struct slot *slot, *next;

        for (slot = space->slots; slot; slot = next) {
                next = slot->next;
                if (!global && !slot->local)
                        continue;
                if (changed && changed_now(space, slot))
                        cache_drop_slot(space, slot);
                else
                        check_copies(space, slot, &run);
        }
        run_end(&run);
}

/* So it is where a process has ended, and its tables are reused. */
bool cache_is_dead(const struct space *space)
{
        struct slot *slot;

        for (slot = space->slots; slot; slot = slot->next)
                if (!changed_now(space, slot))
                        return false;
        return true;
}

void cache_check(struct space *space)
{
        bool changed = space == &cache_kernel || count_changed(space);

        if (changed && space != &cache_kernel && cache_is_dead(space))
                cache_drop_space(space);
        else
                check_slots(space, true, changed);
}

void cache_check_local(struct space *space)
{
        check_slots(space, false, true);
}

/*
 * The page at @gva, and those behind it that are gone: a guest that takes away several invalidates
 * one after the other, and so they go by one call.
 */
void cache_check_page(struct space *space, uint32_t gva)
{
        struct slot *slot = space->rows[ROW_OF(gva)];
        uint32_t page = (gva >> 12) % ROWS, now;
        struct run run = {.space = space->number};
        const uint32_t *table;

        if (!slot)
                return;
        if (changed_now(space, slot)) {
                cache_drop_slot(space, slot);
                return;
        }
        if (slot->large)
                return;
        table = backend_physical(slot->pde & PTE_FRAME);
        do {
                if (!(slot->used[page / 32] >> page % 32 & 1))
                        break;
                now = table ? table[page] : NOTHING;
                if (differs(slot->copies[page], now))
                        change_page(slot, page, now, &run);
                slot->local |= cache_is_local(now);
        } while (!(now & PTE_P) && ++page < ROWS);
        run_end(&run);
}
