/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of the virtual MMU one by one: what a kernel relies on, and what it costs.
 * rules-invalidation.c: when translations go, and which stay.
 */
#include <string.h>
#include "rules.h"

static void bits(void)
{
        fresh(0);
        check(reaches(USER + 5, MMU_READ, true, 0x200005) &&
                  memory_read(entry_at(TABLE, USER)) == (0x200000 | P | RW | US | A) &&
                  (memory_read(DIR1 + (USER >> 22) * 4) & (A | D)) == A,
              "a read sets accessed in both levels, and dirty in none");
        check(!(machine_rights(USER) & AB_WRITE), "a clean page is mapped read-only");
        check(reaches(USER, MMU_WRITE, true, 0x200000) && memory_read(entry_at(TABLE, USER)) & D &&
                  machine_rights(USER) & AB_WRITE,
              "the first write sets dirty, and maps it writable");
        fresh(0);
        pte(TABLE, USER, 0x200000 | P | RW | US | A | D);
        access_at(USER, MMU_READ, true);
        check(machine_rights(USER) & AB_WRITE,
              "a page that is dirty already is mapped writable at once");
        pte(TABLE, USER, 0x200000 | P | RW | US);
        mmu_invlpg(USER);
        check(!machine_rights(USER) && reaches(USER, MMU_READ, true, 0x200000) &&
                  memory_read(entry_at(TABLE, USER)) & A,
              "a guest that clears accessed and invalidates finds it set again");
        access_at(USER, MMU_WRITE, true);
        pte(TABLE, USER, 0x200000 | P | RW | US | A);
        load_cr3(DIR1);
        check(machine_rights(USER) && !(machine_rights(USER) & AB_WRITE),
              "one that clears dirty only loses the right to write");
        fresh(0);
        mmu_prefill(USER, true);
        check(machine_rights(USER) == (AB_READ | AB_EXECUTE | AB_USER) &&
                  !(memory_read(entry_at(TABLE, USER)) & D),
              "prefilling maps ahead of an access, and sets no dirty bit");
        mmu_prefill(USER + 0x10000, true);
        check(!machine_rights(USER + 0x10000), "or nothing, where there is no page");
}

/* The page of @entry, @page pages behind one that is there: what is mapped ahead of an access? */
static uint32_t ahead(uint32_t page, uint32_t entry)
{
        uint32_t gva = USER + page * 0x1000;

        pte(TABLE, gva, entry);
        mmu_prefill(gva, true);
        return machine_rights(gva);
}

static void prefilling(void)
{
        const uint32_t read = AB_READ | AB_EXECUTE | AB_USER;
        uint32_t error, epoch;

        fresh(0);
        access_at(USER, MMU_READ, true);
        check(ahead(1, 0x201000 | P | RW | US | A) == read &&
                  memory_read(entry_at(TABLE, USER + 0x1000)) == (0x201000 | P | RW | US | A),
              "in a row that stands a clean page is mapped ahead read-only, and stays clean");
        check(reaches(USER + 0x1000, MMU_WRITE, true, 0x201000) &&
                  memory_read(entry_at(TABLE, USER + 0x1000)) & D,
              "until it is written to");
        check(ahead(3, 0x203000 | P | RW | US | A | D) == (read | AB_WRITE) &&
                  ahead(5, 0x205000 | P | US | A | D) == read &&
                  reaches(USER + 0x3000, MMU_WRITE, true, 0x203000),
              "a dirty one writable, unless it is read-only");
        check(ahead(7, 0x207000 | P | RW | US) == read &&
                  memory_read(entry_at(TABLE, USER + 0x7000)) == (0x207000 | P | RW | US | A),
              "accessed is set");
        check(!ahead(9, 0x209000 | P | RW | A | D) && !ahead(11, 0x20b000 | RW | US | A | D) &&
                  !ahead(13, 0x20d000 | P | RW | US | A | D | PS),
              "the kernel's pages, missing ones and those with a reserved bit are not mapped");
        check(ahead(15, MEMORY | P | RW | US | A | D) &&
                  reaches(USER + 0xf000, MMU_READ, true, MMU_ABSENT_PAGE),
              "beyond the end of memory all is ones");
        pte(TABLE, USER + 0x3000, 0x204000 | P | RW | US | A | D);
        pte(TABLE, USER + 0x7000, 0);
        load_cr3(DIR1);
        check(reaches(USER + 0x3000, MMU_READ, true, 0x204000) && !machine_rights(USER + 0x7000),
              "what was mapped ahead is compared as any page");

        check(ahead(40, 0x228000 | P | RW | US | A) == read &&
                  mmu_reach(USER + 0x28000, MMU_WRITE, &error) &&
                  machine_rights(USER + 0x28000) == (read | AB_WRITE),
              "one mapped so is not taken for writable");
        epoch = mmu_epoch;
        check(ahead(40, 0x228000 | P | US | A | D) == read && mmu_epoch != epoch,
              "nor for what was found there before");
        ahead(80, 0x250000 | P | RW | US | A);
        pte(TABLE, USER + 0x50000, 0);
        load_cr3(DIR1);
        check(!machine_rights(USER + 0x50000), "far from the others too it is compared");

        fresh(0);
        pde(DIR1, USER, TABLE | P | RW | A);
        access_at(USER, MMU_READ, false);
        check(!ahead(1, 0x201000 | P | RW | US | A | D), "nor is one in a row of the kernel's");
        pde(DIR1, USER, TABLE | P | US | A);
        load_cr3(DIR1);
        access_at(USER, MMU_READ, true);
        check(ahead(1, 0x201000 | P | RW | US | A | D) == read,
              "in a read-only row it is read-only");
        pde(DIR1, USER, OTHER_TABLE | P | RW | US | A);
        pte(OTHER_TABLE, USER + 0x2000, 0x302000 | P | RW | US | A | D);
        mmu_prefill(USER + 0x2000, true);
        check(reaches(USER + 0x2000, MMU_READ, true, 0x302000) && !machine_rights(USER + 0x1000),
              "in a row that has become another, the old one goes");
}

/* What travels with a page that is filled: no bit may change by it. */
static void neighbours(void)
{
        fresh(0);
        pte(TABLE, USER + 0x1000, 0x201000 | P | RW | US | A | D);
        pte(TABLE, USER + 0x2000, 0x202000 | P | RW | US | A);
        pte(TABLE, USER + 0x3000, 0x203000 | P | RW | US);
        pte(TABLE, USER + 0x4000, 0x204000 | P | RW | A | D);
        access_at(USER, MMU_READ, true);
        mmu_fill_near(USER);
        check(machine_rights(USER + 0x1000) == (AB_READ | AB_EXECUTE | AB_WRITE | AB_USER),
              "a neighbour that is accessed and dirty is mapped writable");
        check(machine_rights(USER + 0x2000) == (AB_READ | AB_EXECUTE | AB_USER) &&
                  memory_read(entry_at(TABLE, USER + 0x2000)) == (0x202000 | P | RW | US | A),
              "one that is clean read-only, and stays clean");
        access_at(USER + 0x2000, MMU_WRITE, true);
        check(memory_read(entry_at(TABLE, USER + 0x2000)) & D, "until it is written to");
        check(!machine_rights(USER + 0x3000) &&
                  memory_read(entry_at(TABLE, USER + 0x3000)) == (0x203000 | P | RW | US),
              "one that is not accessed is not mapped, and stays so");
        check(!machine_rights(USER + 0x4000), "nor is one of the kernel's");
        pde(DIR1, USER, TABLE | P | US | A);
        load_cr3(DIR1);
        access_at(USER, MMU_READ, true);
        mmu_fill_near(USER);
        check(machine_rights(USER + 0x1000) == (AB_READ | AB_EXECUTE | AB_USER),
              "in a read-only row all of them are");
        pte(TABLE, USER + 0x1000, 0x205000 | P | RW | US | A | D);
        mmu_invlpg(USER + 0x1000);
        check(reaches(USER + 0x1000, MMU_READ, true, 0x205000),
              "invalidation takes a neighbour away as any page");
}

/* Groups of 32 pages that are mostly in use are compared as a whole. */
static void dense_groups(void)
{
        uint32_t i, wrong = 0;

        fresh(0);
        for (i = 0; i < 24; i++) {
                pte(TABLE, USER + i * 0x1000, (0x200000 + i * 0x1000) | P | RW | US | A | D);
                access_at(USER + i * 0x1000, MMU_WRITE, true);
        }
        load_cr3(DIR1);
        load_cr3(DIR1);
        for (i = 0; i < 24; i++)
                wrong |= !(machine_rights(USER + i * 0x1000) & AB_WRITE);
        check(!wrong, "a dense group that has not changed stays mapped");
        pte(TABLE, USER + 0x5000, 0x300000 | P | RW | US | A | D);
        pte(TABLE, USER + 0x6000, 0x206000 | P | US | A | D);
        pte(TABLE, USER + 0x1e000, 0x301000 | P | RW | US);
        load_cr3(DIR1);
        check(!machine_rights(USER + 0x5000), "one page of it that has become another is lost");
        check(machine_rights(USER + 0x6000) == (AB_READ | AB_EXECUTE | AB_USER),
              "one that may not be written to any more is read-only");
        check(machine_rights(USER + 0x7000) & AB_WRITE && !machine_rights(USER + 0x1e000),
              "the others stay, and a page that was not in use is not");
        pte(TABLE, USER + 0x7000, 0);
        load_cr3(DIR1);
        check(!machine_rights(USER + 0x7000), "and the next change is seen, too");

        fresh(0);
        for (i = 0; i < 88; i++) {
                pte(TABLE, USER + i * 0x1000, (0x200000 + i * 0x1000) | P | RW | US | A | D);
                access_at(USER + i * 0x1000, MMU_WRITE, true);
        }
        load_cr3(DIR1);
        for (i = 24; i < 56; i++)
                pte(TABLE, USER + i * 0x1000, 0);
        pte(TABLE, USER + 87 * 0x1000, 0);
        memset(&machine_calls, 0, sizeof(machine_calls));
        load_cr3(DIR1);
        check(machine_calls.unmaps == 2 && !machine_rights(USER + 24 * 0x1000) &&
                  !machine_rights(USER + 55 * 0x1000) && !machine_rights(USER + 87 * 0x1000) &&
                  machine_rights(USER + 56 * 0x1000) && machine_rights(USER + 23 * 0x1000),
              "of three dense groups the middle one goes, and the last page");
        pte(TABLE, USER + 30 * 0x1000, 0x300000 | P | RW | US | A | D);
        access_at(USER + 30 * 0x1000, MMU_WRITE, true);
        pte(TABLE, USER + 30 * 0x1000, 0x301000 | P | RW | US | A | D);
        pte(TABLE, USER + 86 * 0x1000, 0x302000 | P | RW | US | A | D);
        load_cr3(DIR1);
        check(reaches(USER + 30 * 0x1000, MMU_READ, true, 0x301000) &&
                  reaches(USER + 86 * 0x1000, MMU_READ, true, 0x302000),
              "a page that comes there, and one beside, are compared again");
}

static void errors(void)
{
        fresh(0);
        check(faults(USER + 0x1000, MMU_READ, false, 0), "no page, kernel reads: 0");
        check(faults(USER + 0x1000, MMU_WRITE, true, 6), "no page, user writes: 6");
        check(faults(KERNEL, MMU_READ, true, 5), "a kernel page, user reads: 5");
        check(faults(KERNEL, MMU_EXECUTE, true, 5), "a kernel page, user jumps to it: 5");
        pte(TABLE, USER + 0x2000, 0x200000 | P | US);
        check(faults(USER + 0x2000, MMU_WRITE, true, 7), "a read-only page, user writes: 7");
        check(faults(USER + 0x2000, MMU_WRITE, false, 3), "a read-only page, kernel writes: 3");
        pte(TABLE, USER + 0x3000, 0x200000 | P | RW | US | PS);
        check(faults(USER + 0x3000, MMU_READ, true, 13), "a reserved bit: 13");
        check(faults(0xfffff000, MMU_READ, true, 4), "above the kernel: as any address");
}

static void protection(void)
{
        fresh(0);
        write_cr0(CR0 & ~0x10000u);
        pte(TABLE, USER, 0x200000 | P | US);
        check(reaches(USER, MMU_WRITE, false, 0x200000),
              "without CR0.WP the kernel writes to any page");
        check(faults(USER, MMU_WRITE, true, 7) && reaches(USER, MMU_READ, true, 0x200000) &&
                  !(machine_rights(USER) & AB_WRITE),
              "its user does not get to write by that");
        access_at(USER, MMU_WRITE, false);
        write_cr0(CR0);
        check(faults(USER, MMU_WRITE, false, 3), "with it set again neither does the kernel");
        fresh(0);
        pte(TABLE, USER, 0x200000 | P | RW);
        check(reaches(USER, MMU_READ, false, 0x200000) && !(machine_rights(USER) & AB_USER) &&
                  faults(USER, MMU_READ, true, 5),
              "a kernel page at a user address is the kernel's alone");
        pde(DIR1, KERNEL, KERNEL_TABLE | P | RW | US | A);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | US);
        load_cr3(DIR1);
        check(reaches(KERNEL, MMU_EXECUTE, true, 0x300000) && machine_rights(KERNEL) & AB_USER,
              "a kernel address opened to users is theirs too (system-call page)");
}

static void large(void)
{
        fresh(0);
        pde(DIR1, KERNEL, 0x400000 | P | RW | A | D | PS | G);
        check(reaches(KERNEL + 0x123456, MMU_READ, false, 0x523456) && machine_calls.maps == 1 &&
                  machine_rights(KERNEL + 0x3ff000),
              "4 MB pages are mapped in one piece");
        pde(DIR1, KERNEL, 0x400000 | P | RW | PS);
        load_cr3(DIR1);
        write_cr4(0x10);
        access_at(KERNEL, MMU_READ, false);
        check(!(machine_rights(KERNEL) & AB_WRITE) && reaches(KERNEL, MMU_WRITE, false, 0x400000) &&
                  memory_read(DIR1 + (KERNEL >> 22) * 4) & D,
              "clean ones become writable and dirty at the first write");
        pde(DIR1, KERNEL, 0x800000 | P | RW | A | D | PS);
        load_cr3(DIR1);
        check(reaches(KERNEL + 0x1000, MMU_WRITE, false, 0x801000) &&
                  reaches(KERNEL + (MEMORY - 0x800000), MMU_READ, false, MMU_ABSENT_PAGE),
              "one that reaches beyond the end of memory is there up to that");
        pde(DIR1, KERNEL, 0xc00000 | P | RW | A | D | PS);
        load_cr3(DIR1);
        check(reaches(KERNEL + 0x1000, MMU_READ, false, MMU_ABSENT_PAGE) &&
                  memory_read(MMU_ABSENT_PAGE) == 0xffffffff,
              "beyond the end of memory all is ones, page by page");
        pde(DIR1, KERNEL, OTHER_TABLE | P | RW | PS);
        pte(OTHER_TABLE, KERNEL, 0x310000 | P | RW);
        write_cr4(0);
        check(reaches(KERNEL, MMU_READ, false, 0x310000),
              "without CR4.PSE the entry means a table");
}

static void unpaged(void)
{
        machine_start(0);
        check(reaches(0x123456, MMU_WRITE, false, 0x123456) &&
                  reaches(0x7ff000, MMU_READ, false, 0x7ff000),
              "without paging memory is at its own addresses");
        check(reaches(0x40000000, MMU_READ, false, MMU_ABSENT_PAGE), "and ones beyond its end");
        pde(DIR1, 0x123456, 0);
        cpu.cr[3] = DIR1;
        write_cr0(CR0);
        check(faults(0x123456, MMU_READ, false, 0), "paging takes all of it away");
        write_cr0(1);
        check(reaches(0x123456, MMU_READ, false, 0x123456), "and it comes back");
}

static void own_accesses(void)
{
        struct mmu_fault fault;
        uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, back[16];

        fresh(0);
        pte(TABLE, USER + 0x1000, 0x300000 | P | RW | US);
        check(guest_write(USER + 0xffc, bytes, 9, true, &fault) &&
                  guest_read(USER + 0xffc, back, 9, false, &fault) && !memcmp(bytes, back, 9) &&
                  memory_read(0x200ffc) == 0x04030201 && memory_read(0x300000) == 0x08070605,
              "an access of the processor's own crosses from page to page");
        check(memory_read(entry_at(TABLE, USER)) & D &&
                  memory_read(entry_at(TABLE, USER + 0x1000)) & D,
              "it sets the bits");
        pte(TABLE, USER + 0x1000, 0x300000 | P | US);
        memset(bytes, 0xee, sizeof(bytes));
        check(!guest_write(USER + 0xffc, bytes, 9, true, &fault) &&
                  fault.address == USER + 0x1000 && fault.error == 7 &&
                  memory_read(0x200ffc) == 0x04030201,
              "where the second page cannot be written, the first is not");
        check(!guest_read(KERNEL, back, 4, true, &fault) && fault.error == 5 &&
                  guest_read(KERNEL, back, 4, false, &fault),
              "it is checked with the rights it is made with");
}

static void reaching(void)
{
        uint32_t error, maps;

        fresh(0);
        check(mmu_reach(USER + 7, MMU_WRITE, &error) == (void *)(uintptr_t)(USER + 7) &&
                  machine_rights(USER) & AB_WRITE,
              "a place the wedge may write to is mapped writable");
        maps = machine_calls.maps;
        mmu_reach(USER, MMU_READ, &error);
        check(machine_calls.maps == maps, "once");
        check(!mmu_reach(USER + 0x1000, MMU_READ, &error) && error == 0, "or is a fault");
        check(!mmu_reach(0xc0000000, MMU_READ, &error) && error == MMU_UNMAPPABLE,
              "or an address no guest may map");
}

/* The virtual processor keeps what it was told until then. */
static void epochs(void)
{
        uint32_t error, epoch;

        fresh(0);
        pte(TABLE, USER + 0x1000, 0x201000 | P | RW | US);
        access_at(USER + 0x1000, MMU_WRITE, true);
        mmu_reach(KERNEL, MMU_WRITE, &error);
        epoch = mmu_epoch;
        pte(TABLE, USER + 0x1000, 0);
        mmu_invlpg(USER + 0x1000);
        load_cr3(DIR2);
        load_cr3(DIR1);
        check(machine_calls.unmaps == 1 && mmu_epoch == epoch,
              "applications' pages come and go: what was reached in the kernel holds");
        pte(KERNEL_TABLE, KERNEL, 0);
        mmu_invlpg(KERNEL);
        check(mmu_epoch != epoch, "not when that page goes");

        fresh(0);
        access_at(USER, MMU_WRITE, true);
        epoch = mmu_epoch;
        mmu_reach(USER, MMU_WRITE, &error);
        load_cr3(DIR2);
        check(mmu_epoch != epoch, "nor, of an application's page, in another space");
}

static void outside(void)
{
        jmp_buf back;

        fresh(0);
        pde(DIR1, 0xc0000000, 0x400000 | P | RW | PS);
        machine_fatal = &back;
        machine_last_words = NULL;
        if (!setjmp(back))
                access_at(0xc0000000, MMU_READ, false);
        machine_fatal = NULL;
        check(machine_last_words && strstr(machine_last_words, "address map"),
              "a guest that maps the hypervisor's addresses is ended");
}

int main(void)
{
        bits();
        prefilling();
        neighbours();
        dense_groups();
        errors();
        protection();
        large();
        invalidation();
        unpaged();
        own_accesses();
        reaching();
        epochs();
        outside();
        return check_done();
}
