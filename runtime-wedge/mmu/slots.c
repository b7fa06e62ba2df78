/* SPDX-License-Identifier: BSD-2-Clause */
/* Storage of the translation cache: rows, and tables of copies.  Bounded; no heap. */
#include "cache.h"

/*
 * A guest kernel of 768 MB without large pages needs 192 tables, a process of
 * a few megabytes four or five.
 */
enum { SLOTS = 1024, TABLES = 320 };

union table {
        uint32_t copies[ROWS];
        union table *next;
};

static struct slot pool[SLOTS], *free_slots;
static union table tables[TABLES], *free_tables;

void slots_start(void)
{
        uint32_t i, group;

        free_slots = 0;
        for (i = 0; i < SLOTS; i++) {
                for (group = 0; group < ROWS / 32; group++)
                        pool[i].used[group] = 0;
                pool[i].next = free_slots;
                free_slots = &pool[i];
        }
        free_tables = 0;
        for (i = 0; i < TABLES; i++) {
                tables[i].next = free_tables;
                free_tables = &tables[i];
        }
}

struct slot *slot_take(struct space *space, uint32_t row)
{
        struct slot *slot = free_slots;

        if (!slot)
                return 0;
        free_slots = slot->next;
        slot->row = row;
        slot->whole = slot->local = false;
        slot->copies = 0;
        slot->groups = slot->dense = slot->grown = 0;
        slot->next = space->slots;
        space->slots = slot;
        space->rows[row] = slot;
        return slot;
}

/* Copies are valid only where `used' says so: nothing to clear. */
bool slot_take_copies(struct slot *slot)
{
        union table *table = free_tables;

        if (!table)
                return false;
        free_tables = table->next;
        slot->copies = table->copies;
        return true;
}

void slot_free(struct space *space, struct slot *slot)
{
        struct slot **link = &space->slots;
        uint32_t groups;

        while (*link != slot)
                link = &(*link)->next;
        *link = slot->next;
        space->rows[slot->row] = 0;
        if (slot->copies) {
                union table *table = (union table *)slot->copies;

                table->next = free_tables;
                free_tables = table;
        }
        for (groups = slot->groups; groups; groups &= groups - 1)
                slot->used[__builtin_ctz(groups)] = 0;
        slot->next = free_slots;
        free_slots = slot;
}
