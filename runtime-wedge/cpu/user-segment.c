/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments of applications: thread-local storage.  The guest kernel writes descriptors into
 * entries 6 to 8 of its table with plain stores and the application loads their selectors
 * without asking anybody, so both are looked at where user code begins and ends.  Not every
 * hypervisor has such segments.
 */
#include "cpu.h"

enum { FIRST = 6, ENTRIES = USER_SEGMENTS, RPL = 3 };

/* The backend's; or of one that has none. */
static struct ab_selectors none_had;
struct ab_selectors *user_selectors = &none_had;

/* What the backend was last given. */
uint32_t user_given[2 * ENTRIES];

static bool is_ours(uint32_t selector)
{
        return (selector & 7) == RPL && (selector >> 3) - FIRST < ENTRIES;
}

/* A descriptor the backend refuses is no segment to load. */
static void give(uint32_t i, const uint32_t words[2])
{
        user_given[2 * i] = words[0];
        user_given[2 * i + 1] = words[1];
        if (!backend_user_segment(FIRST + i, words[0], words[1]))
                backend_user_segment(FIRST + i, 0, 0);
}

/* Where the entries were found, and since when that holds. */
const uint32_t *user_table;
static struct {
        uint32_t base, limit, epoch;
} table;

static void find_table(void)
{
        uint32_t address = vcpu.gdtr.base + FIRST * 8;
        static const uint32_t none[2 * ENTRIES];
        struct mmu_fault fault;
        const uint32_t *words = 0;

        table.base = vcpu.gdtr.base;
        table.limit = vcpu.gdtr.limit;
        table.epoch = mmu_epoch;
        if (table.limit >= (FIRST + ENTRIES) * 8 - 1 &&
            address % AB_PAGE_BYTES <= AB_PAGE_BYTES - ENTRIES * 8)
                words = (const uint32_t *)linear_byte(address, false, &fault);
        user_table = words ? words : none;
}

/* Mostly it is as given. */
static void look_at_table(void)
{
        uint32_t i;

        if (table.epoch != mmu_epoch || table.base != vcpu.gdtr.base ||
            table.limit != vcpu.gdtr.limit)
                find_table();
        if (SAME_WORDS(user_table, user_given))
                return;
        for (i = 0; i < ENTRIES; i++)
                if (user_table[2 * i] != user_given[2 * i] ||
                    user_table[2 * i + 1] != user_given[2 * i + 1])
                        give(i, &user_table[2 * i]);
}

/* The backend has segments to give. */
static bool is_had(void)
{
        if (user_selectors == &none_had && backend_user_selectors)
                user_selectors = backend_user_selectors();
        return user_selectors != &none_had;
}

bool user_segments_find(void)
{
        if (!is_had())
                return true;
        find_table();
        return table.epoch == mmu_epoch;
}

static inline bool offer(enum vcpu_seg seg, uint32_t *selector)
{
        *selector = vcpu.ab.seg[seg];
        if (!*selector || is_ours(*selector))
                return true;
        *selector = 0;
        return !vcpu.segment[seg].base;
}

bool user_segments_enter(void)
{
        if (!is_had())
                return !vcpu.segment[SEG_GS].base && !vcpu.segment[SEG_FS].base;
        look_at_table();
        return offer(SEG_GS, &user_selectors->gs) && offer(SEG_FS, &user_selectors->fs);
}

static void load(enum vcpu_seg seg, uint32_t selector)
{
        struct vcpu_segment segment = {0, 0, RIGHTS_NULL};
        struct cpu_fault fault;

        if (selector && !descriptor_read(selector, &segment, &fault))
                selector = 0;
        segment_set(seg, selector, &segment);
        segment_forget(seg); /* not what the kernel loaded last */
}

/* What user code has loaded. */
static inline void take(enum vcpu_seg seg, uint32_t selector)
{
        if (selector != vcpu.ab.seg[seg] && (selector || is_ours(vcpu.ab.seg[seg])))
                load(seg, selector);
}

void user_segments_leave(void)
{
        if (user_selectors == &none_had)
                return;
        take(SEG_GS, user_selectors->gs);
        take(SEG_FS, user_selectors->fs);
}
