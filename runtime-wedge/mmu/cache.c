/* SPDX-License-Identifier: BSD-2-Clause */
/* Spaces: a bounded cache of page directories; making mappings and losing them. */
#include "cache.h"

enum { SPACES = 64 };

struct space cache_kernel;
struct space *cache_current;
bool cache_keeps_current, cache_reached_user, cache_flushes;
uint32_t mmu_epoch = 1, cache_generation;

static struct space spaces[SPACES];
const struct backend_machine *cache_machine;
static uint32_t count, selections;

static void reset(struct space *space, uint32_t number)
{
        uint32_t row;

        space->number = number;
        space->directory = CACHE_NOTHING;
        space->last = 0;
        space->slots = 0;
        for (row = 0; row < ROWS; row++)
                space->rows[row] = 0;
}

void cache_lost(uint32_t number)
{
        cache_generation++;
        if (number != AB_SPACE_KERNEL && !cache_reached_user)
                return;
        cache_reached_user = false;
        mmu_next_epoch();
}

void cache_start(const struct backend_machine *described)
{
        uint32_t i;

        cache_machine = described;
        cache_flushes = cache_machine->flushes;
        count = cache_machine->spaces < SPACES ? cache_machine->spaces : SPACES;
        selections = 0;
        cache_generation++;
        slots_start();
        reset(&cache_kernel, AB_SPACE_KERNEL);
        for (i = 0; i < count; i++)
                reset(&spaces[i], i);
        cache_current = 0;
}

bool cache_holds(uint32_t gva, bool write)
{
        const struct space *space = cache_of(gva);
        const struct slot *slot = space ? space->rows[ROW_OF(gva)] : 0;
        uint32_t page = (gva >> 12) % ROWS;

        if (!slot)
                return false;
        if (slot->whole)
                return !write || slot->whole_write;
        return slot->used[page / 32] & 1u << page % 32 && (!write || slot_writes(slot, page));
}

static struct space *find(uint32_t directory)
{
        uint32_t i;

        for (i = 0; i < count; i++)
                if (spaces[i].directory == directory)
                        return &spaces[i];
        return 0;
}

/* The one used longest ago; only with mappings where @full, and not the current one. */
static struct space *oldest(bool full)
{
        struct space *oldest = 0;
        uint32_t i;

        for (i = 0; i < count; i++)
                if (&spaces[i] != cache_current && (!full || spaces[i].slots) &&
                    (!oldest || spaces[i].last < oldest->last))
                        oldest = &spaces[i];
        return oldest;
}

/*
 * One whose process has ended: the guest has emptied its directory, or it is something else now.
 * Taking that one spares the hypervisor a space that has never been used, and making what the
 * kernel has in it.
 */
static struct space *dead(void)
{
        uint32_t i;

        for (i = 0; i < count; i++)
                if (&spaces[i] != cache_current && spaces[i].slots && cache_is_dead(&spaces[i]))
                        return &spaces[i];
        return 0;
}

void cache_select(uint32_t directory)
{
        struct space *space = cache_current;

        if (!space || space->directory != directory)
                space = find(directory);
        if (!space) {
                space = dead();
                if (!space)
                        space = oldest(false);
                if (space->directory != CACHE_NOTHING)
                        mmu_statistics.spaces_recycled++;
                cache_drop_space(space);
                space->directory = directory;
        }
        space->last = ++selections;
        if (space != cache_current) {
                if (cache_current)
                        cache_lost(cache_current->number);
                cache_current = space;
                backend_switch(space->number);
        }
}

/* Forgetting is cheaper than taking away page by page, where nothing is to stay. */
void cache_drop_space(struct space *space)
{
        if (!space->slots)
                return;
        if (space == &cache_kernel) {
                while (space->slots)
                        cache_drop_slot(space, space->slots);
                return;
        }
        backend_forget(space->number);
        cache_lost(space->number);
        while (space->slots)
                slot_free(space, space->slots);
}

void cache_drop_all(void)
{
        uint32_t i;

        for (i = 0; i < count; i++)
                cache_drop_space(&spaces[i]);
        cache_drop_space(&cache_kernel);
}

/* Give up something, least useful first.  False: there is nothing. */
static bool make_room(void)
{
        struct space *space = oldest(true);

        if (!space && cache_keeps_current)
                return false;
        if (!space)
                space = cache_current->slots ? cache_current : &cache_kernel;
        if (!space->slots)
                return false;
        mmu_statistics.spaces_recycled++;
        cache_drop_space(space);
        return true;
}

/* What stands for memory that is not there: all ones. */
static uint32_t absent_page(void)
{
        uint32_t *word = backend_physical(MMU_ABSENT_PAGE), i;

        for (i = 0; i < AB_PAGE_BYTES / 4; i++)
                word[i] = 0xffffffff;
        return MMU_ABSENT_PAGE;
}

static bool fits_whole(const struct space *space, uint32_t row, const struct walk *walk)
{
        uint32_t frame = walk->pde & PDE_FRAME, start = row << 22;

        return walk->large && cache_machine->memory_bytes >= LARGE_PAGE &&
               frame <= cache_machine->memory_bytes - LARGE_PAGE && cache_of(start) == space &&
               cache_of(start + LARGE_PAGE - 1) == space;
}

/*
 * Is this fault there only to set a bit: was the page mapped already, unchanged but for that
 * it is dirty now?
 */
static bool bits_only(const struct slot *slot, uint32_t page, const struct walk *walk)
{
        uint32_t copy = slot->copies[page];

        return slot->used[page / 32] & 1u << page % 32 && !(copy & PTE_D) &&
               !slot_writes(slot, page) && walk->write &&
               !((copy ^ walk->entry) & ~(PTE_SOFTWARE | PTE_D));
}

/* A function of its own: what counts executions by address finds it. */
__attribute__((noinline)) void count_bits_only(void)
{
        mmu_statistics.bits_only++;
}

static bool map_page(struct space *space, struct slot *slot, uint32_t gva, const struct walk *walk,
                     uint32_t rights)
{
        uint32_t page = (gva >> 12) % ROWS, gpa = walk->gpa & PTE_FRAME;

        if (!slot->copies && !slot_take_copies(slot))
                return false;
        cache_generation++;
        if (slot->used[page / 32] & 1u << page % 32 && slot_writes(slot, page) &&
            !(rights & AB_WRITE))
                cache_lost(space->number);
        if (bits_only(slot, page, walk))
                count_bits_only();
        if (gpa >= cache_machine->memory_bytes)
                gpa = absent_page();
        if (!backend_map(space->number, gva & PTE_FRAME, gpa, AB_PAGE_BYTES, rights))
                return false;
        slot_set_write(slot, page, rights & AB_WRITE);
        slot->copies[page] = walk->entry;
        slot->used[page / 32] |= 1u << page % 32;
        slot->groups |= 1u << page / 32;
        slot->grown |= 1u << page / 32;
        return true;
}

/* A large page in one piece, where guest and hypervisor have that much in one piece. */
static bool map_row(struct space *space, struct slot *slot, const struct walk *walk,
                    uint32_t rights)
{
        uint32_t start = slot->row << 22;

        if (!fits_whole(space, slot->row, walk))
                return false;
        if (!(rights & AB_WRITE) && !cache_is_empty(slot))
                cache_lost(space->number); /* some of it may have been writable */
        slot->whole = backend_map(space->number, start, walk->pde & PDE_FRAME, LARGE_PAGE, rights);
        slot->whole_write = rights & AB_WRITE;
        if (!slot->whole) {
                backend_unmap(space->number, start, LARGE_PAGE); /* what of it was mapped */
                cache_lost(space->number);
                for (; slot->groups; slot->groups &= slot->groups - 1)
                        slot->used[__builtin_ctz(slot->groups)] = 0;
        }
        return slot->whole;
}

/* False: no room. */
static bool install(struct space *space, uint32_t gva, const struct walk *walk)
{
        uint32_t row = ROW_OF(gva);
        uint32_t rights =
            AB_READ | AB_EXECUTE | (walk->write ? AB_WRITE : 0) | (walk->user ? AB_USER : 0);
        struct slot *slot = space->rows[row];

        if (slot && cache_row_changed(slot, walk->pde, walk->large)) {
                cache_drop_slot(space, slot);
                slot = 0;
        }
        if (!slot)
                slot = slot_take(space, row);
        if (!slot)
                return false;
        slot->pde = walk->pde;
        slot->large = walk->large;
        slot->local |= cache_is_local(walk->entry);
        if (map_row(space, slot, walk, rights) || map_page(space, slot, gva, walk, rights))
                return true;
        if (cache_is_empty(slot))
                slot_free(space, slot);
        return false;
}

/*
 * Mostly: a page more in a row that stands.  False: it is not that, and nothing was done.
 */
static bool install_one(struct space *space, uint32_t gva, const struct walk *walk)
{
        struct slot *slot = space->rows[ROW_OF(gva)];
        uint32_t page = (gva >> 12) % ROWS, bit = 1u << page % 32, gpa = walk->gpa & PTE_FRAME;

        if (!slot || !slot->copies || walk->pde != slot->pde || walk->large || slot->large ||
            slot->used[page / 32] & bit || gpa >= cache_machine->memory_bytes)
                return false;
        if (!backend_map(space->number, gva & PTE_FRAME, gpa, AB_PAGE_BYTES,
                         (uint32_t)(AB_READ | AB_EXECUTE) | walk->write * (uint32_t)AB_WRITE |
                             walk->user * (uint32_t)AB_USER))
                return false;
        slot->local |= cache_is_local(walk->entry);
        slot->write[page / 32] |= bit;
        if (!walk->write)
                slot->write[page / 32] ^= bit;
        slot->copies[page] = walk->entry;
        slot->used[page / 32] |= bit;
        bit = 1u << page / 32;
        slot->groups |= bit;
        slot->grown |= bit;
        return true;
}

static __attribute__((noinline)) bool install_any(struct space *space, uint32_t gva,
                                                  const struct walk *walk)
{
        while (!install(space, gva, walk))
                if (!make_room()) {
                        if (cache_keeps_current)
                                return false;
                        backend_fatal("not even one page can be mapped");
                }
        return true;
}

bool AB_FAST cache_install(uint32_t gva, const struct walk *walk)
{
        struct space *space = cache_of(gva);

        return space && (install_one(space, gva, walk) || install_any(space, gva, walk));
}
