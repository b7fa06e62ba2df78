/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments of applications: thread-local storage.  The guest kernel writes descriptors into
 * entries 6 to 8 of its table with plain stores and the application loads their selectors
 * without asking anybody, so both are looked at where user code begins and ends.  Not every
 * hypervisor has such segments.
 */
#include "cpu.h"

enum { FIRST = 6, ENTRIES = 3, RPL = 3 };

static struct ab_selectors *user; /* the backend's */

/* What the backend was last given. */
static uint32_t given[2 * ENTRIES];

static bool is_ours(uint32_t selector)
{
        return (selector & 7) == RPL && (selector >> 3) - FIRST < ENTRIES;
}

/* A descriptor the backend refuses is no segment to load. */
static void give(uint32_t i, const uint32_t words[2])
{
        given[2 * i] = words[0];
        given[2 * i + 1] = words[1];
        if (!backend_user_segment(FIRST + i, words[0], words[1]))
                backend_user_segment(FIRST + i, 0, 0);
}

/* Where the entries were found, and since when that holds. */
static struct {
        const uint32_t *words;
        uint32_t base, limit, epoch;
} table;

static void find_table(void)
{
        uint32_t address = vcpu.gdtr.base + FIRST * 8;
        struct mmu_fault fault;

        table.words = 0;
        table.base = vcpu.gdtr.base;
        table.limit = vcpu.gdtr.limit;
        table.epoch = mmu_epoch;
        if (table.limit >= (FIRST + ENTRIES) * 8 - 1 &&
            address % AB_PAGE_BYTES <= AB_PAGE_BYTES - ENTRIES * 8)
                table.words = (const uint32_t *)linear_byte(address, false, &fault);
}

/* As given, which is the usual case and worth a few instructions only. */
static inline bool is_given(const uint32_t *words)
{
        return !((words[0] ^ given[0]) | (words[1] ^ given[1]) | (words[2] ^ given[2]) |
                 (words[3] ^ given[3]) | (words[4] ^ given[4]) | (words[5] ^ given[5]));
}

static void look_at_table(void)
{
        static const uint32_t none[2 * ENTRIES];
        const uint32_t *words;
        uint32_t i;

        if (table.epoch != mmu_epoch || table.base != vcpu.gdtr.base ||
            table.limit != vcpu.gdtr.limit)
                find_table();
        words = table.words ? table.words : none;
        if (is_given(words))
                return;
        for (i = 0; i < ENTRIES; i++)
                if (words[2 * i] != given[2 * i] || words[2 * i + 1] != given[2 * i + 1])
                        give(i, &words[2 * i]);
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
        if (!user && backend_user_selectors)
                user = backend_user_selectors();
        if (!user)
                return !vcpu.segment[SEG_GS].base && !vcpu.segment[SEG_FS].base;
        look_at_table();
        /* Most programs have none. */
        if (!(vcpu.ab.seg[SEG_GS] | vcpu.ab.seg[SEG_FS])) {
                user->gs = user->fs = 0;
                return true;
        }
        return offer(SEG_GS, &user->gs) && offer(SEG_FS, &user->fs);
}

static void load(enum vcpu_seg seg, uint32_t selector)
{
        struct vcpu_segment segment = {0, 0, 0};
        struct cpu_fault fault;

        if (selector && !descriptor_read(selector, &segment, &fault))
                selector = 0;
        segment_set(seg, selector, &segment);
        vcpu.source[seg].epoch = 0; /* not what the kernel loaded last */
}

/* What user code has loaded. */
static inline void take(enum vcpu_seg seg, uint32_t selector)
{
        if (selector != vcpu.ab.seg[seg] && (selector || is_ours(vcpu.ab.seg[seg])))
                load(seg, selector);
}

void user_segments_leave(void)
{
        if (!user)
                return;
        take(SEG_GS, user->gs);
        take(SEG_FS, user->fs);
}
