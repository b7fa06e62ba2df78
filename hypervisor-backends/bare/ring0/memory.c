/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spaces are page directories.  Physical memory is in each, above 3 GB and
 * for ring 0 alone; the kernel space's page tables are shared by all.
 */
#include "ring0.h"

enum {
        SPACES = 16,
        ENTRIES = 1024,
        PRESENT = 1,
        WRITABLE = 2,
        USER = 4,
        LARGE = 0x80,
        USER_FIRST = 0,
        KERNEL_FIRST = 0x80000000u >> 22,
        KERNEL_BEHIND = 0xc0000000u >> 22,
};

static uint32_t directories[SPACES][ENTRIES] __attribute__((aligned(4096)));
static uint32_t free_tables; /* address of the first free table; linked by first word */
static uint32_t current;

uint32_t ring0_guest_bytes;

static void load(uint32_t space)
{
        uint32_t directory = (uint32_t)directories[space] - PHYSICAL;

        ring0_tables_space(directory);
        asm volatile("movl %0,%%cr3" : : "r"(directory) : "memory");
}

static void flush(uint32_t virtual)
{
        asm volatile("invlpg (%0)" : : "r"(virtual) : "memory");
}

void ring0_memory_start(uint32_t top)
{
        uint32_t space, i;

        ring0_guest_bytes = top - GUEST_START;
        for (space = 0; space < SPACES; space++)
                for (i = 0; i < ENTRIES - KERNEL_BEHIND; i++)
                        directories[space][KERNEL_BEHIND + i] =
                            i << 22 | LARGE | WRITABLE | PRESENT;
        for (i = POOL_START; i < POOL_END; i += AB_PAGE_BYTES) {
                *(uint32_t *)at_physical(i) = free_tables;
                free_tables = i;
        }
        load(0);
}

void AB_FAST *backend_physical(uint32_t address)
{
        return address < ring0_guest_bytes ? at_physical(GUEST_START + address) : (void *)0;
}

static void check_range(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        uint32_t first = space == AB_SPACE_KERNEL ? KERNEL_FIRST : USER_FIRST;
        uint32_t behind = space == AB_SPACE_KERNEL ? KERNEL_BEHIND : KERNEL_FIRST;

        if ((space != AB_SPACE_KERNEL && space >= SPACES) || (virtual | bytes) % AB_PAGE_BYTES ||
            virtual < first << 22 || virtual + bytes < virtual || virtual + bytes > behind << 22)
                backend_fatal("mapping outside what a space may hold");
}

static uint32_t *take_table(void)
{
        uint32_t *table, i;

        if (!free_tables)
                return 0;
        table = at_physical(free_tables);
        free_tables = table[0];
        for (i = 0; i < ENTRIES; i++)
                table[i] = 0;
        return table;
}

/* The entry for @virtual; NULL where it has no table, and none can be or is to be made. */
static uint32_t *entry_of(uint32_t space, uint32_t virtual, bool make)
{
        uint32_t row = virtual >> 22, i;
        uint32_t *slot = &directories[space == AB_SPACE_KERNEL ? 0 : space][row];

        if (!*slot) {
                uint32_t *table = make ? take_table() : 0;

                if (!table)
                        return 0;
                *slot = ((uint32_t)table - PHYSICAL) | USER | WRITABLE | PRESENT;
                if (space == AB_SPACE_KERNEL)
                        for (i = 0; i < SPACES; i++)
                                directories[i][row] = *slot;
        }
        return (uint32_t *)at_physical(*slot & -AB_PAGE_BYTES) + (virtual >> 12) % ENTRIES;
}

static uint32_t bits(uint32_t rights)
{
        return (rights ? PRESENT : 0) | (rights & AB_WRITE ? WRITABLE : 0) |
               (rights & AB_USER ? USER : 0);
}

bool AB_FAST backend_map(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes,
                         uint32_t rights)
{
        check_range(space, virtual, bytes);
        if (physical % AB_PAGE_BYTES || physical + bytes < physical ||
            physical + bytes > ring0_guest_bytes)
                backend_fatal("mapping of memory the guest does not have");
        for (; bytes; bytes -= AB_PAGE_BYTES) {
                uint32_t *entry = entry_of(space, virtual, true);

                if (!entry)
                        return false;
                *entry = (GUEST_START + physical) | bits(rights);
                flush(virtual);
                virtual += AB_PAGE_BYTES;
                physical += AB_PAGE_BYTES;
        }
        return true;
}

void AB_FAST backend_unmap(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        check_range(space, virtual, bytes);
        for (; bytes; bytes -= AB_PAGE_BYTES) {
                uint32_t *entry = entry_of(space, virtual, false);

                if (entry) {
                        *entry = 0;
                        flush(virtual);
                }
                virtual += AB_PAGE_BYTES;
        }
}

void backend_protect(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t rights)
{
        check_range(space, virtual, bytes);
        for (; bytes; bytes -= AB_PAGE_BYTES) {
                uint32_t *entry = entry_of(space, virtual, false);

                if (entry && *entry) {
                        *entry = rights ? (*entry & -AB_PAGE_BYTES) | bits(rights) : 0;
                        flush(virtual);
                }
                virtual += AB_PAGE_BYTES;
        }
}

void backend_switch(uint32_t space)
{
        if (space >= SPACES)
                backend_fatal("switch to a space that does not exist");
        current = space;
        load(space);
}

void backend_forget(uint32_t space)
{
        uint32_t row;

        if (space >= SPACES)
                backend_fatal("a space that does not exist");
        for (row = USER_FIRST; row < KERNEL_FIRST; row++) {
                uint32_t table = directories[space][row] & -AB_PAGE_BYTES;

                if (!table)
                        continue;
                directories[space][row] = 0;
                *(uint32_t *)at_physical(table) = free_tables;
                free_tables = table;
        }
        if (space == current)
                load(space);
}
