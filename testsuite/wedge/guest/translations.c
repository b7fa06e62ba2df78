/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that were found mapped, and how; see remembered.h. */
#include "remembered.h"

enum { CR0_WP = 0x10000, CR4_PGE = 0x80, FOUR_MB = 0x400000, USED = ACCESSED | DIRTY };

static uint32_t split[1024] __attribute__((aligned(4096)));
static uint8_t decoy[PAGE] __attribute__((aligned(4096)));

static void set_write_protect(bool on)
{
        uint32_t value;

        asm volatile("movl %%cr0, %0" : "=r"(value));
        value = on ? value | CR0_WP : value & ~(uint32_t)CR0_WP;
        asm volatile("movl %0, %%cr0" : : "r"(value) : "memory");
}

static void set_global_pages(bool on)
{
        uint32_t value;

        asm volatile("movl %%cr4, %0" : "=r"(value));
        value = on ? value | CR4_PGE : value & ~(uint32_t)CR4_PGE;
        asm volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}

static uint32_t read_at(uint32_t address)
{
        return *(volatile uint32_t *)address;
}

static void write_at(uint32_t address, uint32_t value)
{
        *(volatile uint32_t *)address = value;
}

/* The directory entry of @address is @pde from now on, as one of the ways says. */
static void change_row(uint32_t address, uint32_t pde, unsigned way)
{
        if (way == DIRECTORY)
                change(OTHER, 0, way);
        directories[current][ROW(address)] = pde;
        if (way == INVLPG)
                invlpg(address);
        else
                load_cr3(directories[current]);
}

/* Pages of 4 KB that map the first 4 MB of memory as one large one does. */
static uint32_t split_row(void)
{
        unsigned i;

        for (i = 0; i < 1024; i++)
                split[i] = i * PAGE | PRESENT | WRITABLE;
        return physical(split) | PRESENT | WRITABLE;
}

static void rights(void)
{
        unsigned way, i;

        for (way = 0; way < WAYS; way++) {
                for (i = 0; i < 3; i++)
                        store_idtr(AT(TARGET));
                expect(no_trap(), "before");
                change(TARGET, entry_of(TARGET) & ~(uint32_t)WRITABLE, way);
                store_idtr(AT(TARGET) + 8);
                expect(faulted(AT(TARGET) + 8, 3), ways[way]);
                set_write_protect(false);
                for (i = 0; i < 3; i++)
                        store_idtr(AT(TARGET));
                expect(no_trap(), "without WP");
                set_write_protect(true);
                store_idtr(AT(TARGET));
                expect(faulted(AT(TARGET), 3), "with WP again");
                change(TARGET, entry_of(TARGET), way);
        }
        result("the_right_to_write_goes");
}

/* An address of applications is another page in another space, or none. */
static void user_addresses(void)
{
        uint32_t address = USER_AREA + PAGE;
        unsigned i;

        for (i = 0; i < 3; i++)
                store_idtr(address);
        expect(no_trap(), "before");
        page_directory[ROW(AREA)] = directories[current][ROW(AREA)];
        load_cr3(page_directory);
        store_idtr(address);
        expect(faulted(address, 2), "in another space");
        load_cr3(directories[current]);
        store_idtr(address);
        expect(no_trap(), "back");
        result("an_applications_page_is_not_there_in_another_space");
}

static void a_split_row(void)
{
        uint32_t in = physical(memory[TARGET]), address = LARGE_AREA + in;
        unsigned way, i;

        for (way = 0; way < WAYS; way++) {
                change_row(address, PRESENT | WRITABLE | LARGE, way);
                for (i = 0; i < 3; i++)
                        store_idtr(address);
                expect(no_trap(), "in one page");
                change_row(address, split_row(), way);
                store_idtr(address);
                expect(no_trap(), "in many");
                change_row(address, PRESENT | WRITABLE | LARGE, way);
                for (i = 0; i < 3; i++)
                        store_idtr(address);
                split_row();
                split[in / PAGE] = 0;
                change_row(address, physical(split) | PRESENT | WRITABLE, way);
                store_idtr(address);
                expect(faulted(address, 2), ways[way]);
        }
        change_row(address, 0, INVLPG);
        result("a_page_of_4_mb_is_split");
}

static void global_no_more(void)
{
        uint32_t i;

        for (i = 0; i < 1024; i++)
                split[i] = 0;
        *(uint32_t *)memory[TARGET] = 1;
        *(uint32_t *)memory[OTHER] = 2;
        set_global_pages(true);
        split[0] = entry_of(TARGET) | USED | GLOBAL;
        change_row(LARGE_AREA, physical(split) | PRESENT | WRITABLE, INVLPG);
        expect(read_at(LARGE_AREA) == 1, "global");
        split[0] = entry_of(TARGET) | USED;
        invlpg(LARGE_AREA);
        expect(read_at(LARGE_AREA) == 1, "not global");
        split[0] = entry_of(OTHER) | USED;
        load_cr3(directories[current]);
        expect(read_at(LARGE_AREA) == 2, "another page");
        change_row(LARGE_AREA, 0, INVLPG);
        set_global_pages(false);
        result("a_page_that_is_global_no_more");
}

static void large_and_global_no_more(void)
{
        const uint32_t row = PRESENT | WRITABLE | LARGE | USED;
        uint32_t in = physical(memory[TARGET]), address = LARGE_AREA + in;

        write_at(KERNEL_BASE + in, 1);
        write_at(KERNEL_BASE + FOUR_MB + in, 2);
        set_global_pages(true);
        change_row(address, row | GLOBAL, INVLPG);
        expect(read_at(address) == 1, "global");
        change_row(address, row, INVLPG);
        expect(read_at(address) == 1, "not global");
        change_row(address, row | FOUR_MB, CR3);
        expect(read_at(address) == 2, "another page");
        change_row(address, row | GLOBAL, INVLPG);
        expect(read_at(address) == 1, "global again");
        set_global_pages(false);
        expect(read_at(address) == 1, "without global pages");
        change_row(address, row | GLOBAL | FOUR_MB, CR3);
        expect(read_at(address) == 2, "another page without global pages");
        change_row(address, 0, INVLPG);
        result("a_page_of_4_mb_that_is_global_no_more");
}

/*
 * Where a kernel has its memory in a row, the address of a page table shows another page, which
 * looks as the table did; entries are where the table is, all the same.
 */
static void a_hidden_table(void)
{
        uint32_t at = physical(tables[current]), usual = directories[current][ROW(KERNEL_BASE)];
        volatile uint32_t *table = (uint32_t *)at; /* memory is at its own addresses too */
        unsigned i;

        *(uint32_t *)memory[TARGET] = 1;
        *(uint32_t *)memory[OTHER] = 2;
        change_row(KERNEL_BASE, split_row(), CR3);
        for (i = 0; i < 3; i++) {
                change(TARGET, entry_of(OTHER), INVLPG);
                expect(read_at(AT(TARGET)) == 2, "other");
                change(TARGET, entry_of(TARGET), INVLPG);
                expect(read_at(AT(TARGET)) == 1, "target");
        }
        for (i = 0; i < PAGE; i++)
                decoy[i] = ((uint8_t *)tables[current])[i];
        split[at / PAGE] = physical(decoy) | PRESENT | WRITABLE;
        invlpg(KERNEL_BASE + at);
        expect(read_at(AT(TARGET)) == 1, "hidden");
        table[TARGET] = entry_of(OTHER);
        invlpg(AT(TARGET));
        expect(read_at(AT(TARGET)) == 2, "changed where it is");
        table[TARGET] = entry_of(TARGET);
        split[at / PAGE] = at | PRESENT | WRITABLE;
        change_row(KERNEL_BASE, usual, CR3);
        expect(read_at(AT(TARGET)) == 1, "target again");
        result("a_page_table_whose_address_shows_something_else");
}

void page_scenes(void)
{
        rights();
        user_addresses();
        a_split_row();
        global_no_more();
        large_and_global_no_more();
        a_hidden_table();
}
