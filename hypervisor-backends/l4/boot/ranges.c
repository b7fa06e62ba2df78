/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory: what there is, and what is taken.
 */
#include "loader.h"
#include "console.h"
#include "x86.h"

#define RANGES        128
#define SHARED        4
#define ARCH_SPECIFIC 15

static struct {
        u32 low, high;
} memory[RANGES], used[RANGES];
static u32 memory_count, used_count;

static void add_memory(u64 base, u64 length)
{
        u64 end = base + length;

        if (base >= 0xFFFFF000u || memory_count == RANGES)
                return;
        if (end > 0xFFFFF000u)
                end = 0xFFFFF000u;
        memory[memory_count].low = (u32)base;
        memory[memory_count++].high = (u32)end;
}

static const struct mbi_region *next_region(const struct mbi *info, const struct mbi_region *r)
{
        r = r ? (const void *)((u32)r + r->size + 4) : (const void *)info->map;
        return (u32)r < info->map + info->map_length ? r : NULL;
}

void ranges_init(const struct mbi *info)
{
        if (info->flags & MBI_HAS_MAP) {
                for (const struct mbi_region *r = next_region(info, NULL); r;
                     r = next_region(info, r)) {
                        if (r->type == 1)
                                add_memory(r->base, r->length);
                }
        } else if (info->flags & MBI_HAS_MEMORY) {
                add_memory(0, (u64)info->mem_lower << 10);
                add_memory(0x100000, (u64)info->mem_upper << 10);
        } else {
                panic("no memory map: start the loader with a multiboot loader that gives one\n");
        }
}

u32 ranges_total(void)
{
        u32 sum = 0;

        for (u32 i = 0; i < memory_count; i++)
                sum += memory[i].high - memory[i].low;
        return sum;
}

static bool is_memory(u32 low, u32 high)
{
        for (u32 i = 0; i < memory_count; i++) {
                if (low >= memory[i].low && high <= memory[i].high)
                        return true;
        }
        return false;
}

/* The used range that [low, high) collides with, or RANGES. */
static u32 collision(u32 low, u32 high)
{
        for (u32 i = 0; i < used_count; i++) {
                if (low < used[i].high && used[i].low < high)
                        return i;
        }
        return RANGES;
}

void range_mark(u32 low, u32 high)
{
        if (used_count == RANGES)
                panic("too many modules: give at most 64\n");
        used[used_count].low = low;
        used[used_count++].high = high;
}

void ranges_reset_low(u32 low, u32 high)
{
        used[0].low = low;
        used[0].high = high;
}

void range_use(u32 low, u32 high, const char *what)
{
        if (!is_memory(low, high))
                panic("%s wants %x to %x, where there is no memory: give the machine more, or "
                      "link it elsewhere\n",
                      what, low, high);
        if (collision(low, high) != RANGES)
                panic("%s wants %x to %x, which is taken: link it elsewhere\n", what, low, high);
        range_mark(low, high);
}

u32 range_find(u32 size, u32 limit)
{
        u32 best = 0;

        size = (size + PAGE_SIZE - 1) & PTE_FRAME;
        for (u32 i = 0; i < memory_count; i++) {
                u32 high = memory[i].high < limit ? memory[i].high : limit, at, hit;

                if (high < size)
                        continue;
                at = (high - size) & PTE_FRAME;
                while (at >= memory[i].low && at >= PAGE_SIZE) {
                        hit = collision(at, at + size);
                        if (hit == RANGES) {
                                best = at > best ? at : best;
                                break;
                        }
                        if (used[hit].low < size)
                                break;
                        at = (used[hit].low - size) & PTE_FRAME;
                }
        }
        return best;
}

void ranges_describe(const struct mbi *info)
{
        describe(0, 0, SHARED); /* all of the address space, unless said otherwise */
        if (info->flags & MBI_HAS_MAP) {
                for (const struct mbi_region *r = next_region(info, NULL); r;
                     r = next_region(info, r)) {
                        u64 end = r->base + r->length;

                        if (r->base >= 0xFFFFFFFFu || !r->length)
                                continue;
                        if (end > 0x100000000ull)
                                end = 0x100000000ull;
                        describe((u32)r->base, (u32)end,
                                 r->type == 1 ? MEM_CONVENTIONAL | 1u << 4
                                              : ARCH_SPECIFIC | (r->type & 15) << 4);
                }
        } else {
                for (u32 i = 0; i < memory_count; i++)
                        describe(memory[i].low, memory[i].high, MEM_CONVENTIONAL | 1u << 4);
        }
        describe(0xA0000, 0xC0000, SHARED);
        describe(0xC0000, 0xF0000, SHARED);
}
