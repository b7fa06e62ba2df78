/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments of applications: thread-local storage.  The guest kernel writes descriptors into
 * entries 6 to 8 of its table with plain stores and the application loads their selectors
 * without asking anybody, so both are looked at where user code begins and ends.  Not every
 * hypervisor has such segments.
 */
#include "cpu.h"

enum { FIRST = 6, ENTRIES = 3, RPL = 3 };

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

static void look_at_table(void)
{
        uint32_t words[2 * ENTRIES] = {0}, i;
        struct mmu_fault fault;

        if (vcpu.gdtr.limit >= (FIRST + ENTRIES) * 8 - 1 &&
            !linear_read(vcpu.gdtr.base + FIRST * 8, words, sizeof(words), &fault))
                return;
        for (i = 0; i < ENTRIES; i++)
                if (words[2 * i] != given[2 * i] || words[2 * i + 1] != given[2 * i + 1])
                        give(i, &words[2 * i]);
}

static bool offer(enum vcpu_seg seg, uint32_t *selector)
{
        *selector = is_ours(vcpu.ab.seg[seg]) ? vcpu.ab.seg[seg] : 0;
        return *selector || !vcpu.segment[seg].base;
}

bool user_segments_enter(void)
{
        struct ab_selectors *user = backend_user_selectors ? backend_user_selectors() : 0;

        if (!user)
                return !vcpu.segment[SEG_GS].base && !vcpu.segment[SEG_FS].base;
        look_at_table();
        return offer(SEG_GS, &user->gs) && offer(SEG_FS, &user->fs);
}

static void take(enum vcpu_seg seg, uint32_t selector)
{
        struct vcpu_segment segment = {0, 0, 0};
        struct cpu_fault fault;

        if (selector == vcpu.ab.seg[seg] || (!selector && !is_ours(vcpu.ab.seg[seg])))
                return;
        if (selector && !descriptor_read(selector, &segment, &fault))
                selector = 0;
        segment_set(seg, selector, &segment);
}

void user_segments_leave(void)
{
        struct ab_selectors *user = backend_user_selectors ? backend_user_selectors() : 0;

        if (!user)
                return;
        take(SEG_GS, user->gs);
        take(SEG_FS, user->fs);
}
