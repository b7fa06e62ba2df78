/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the virtual MMU one by one: what a kernel relies on, and what it costs. */
#include <string.h>
#include "machine.h"

enum {
        P = 1,
        RW = 2,
        US = 4,
        A = 0x20,
        D = 0x40,
        PS = 0x80,
        G = 0x100,
        DIR1 = 0x100000,
        DIR2 = 0x101000,
        DIR3 = 0x102000,
        DIR4 = 0x103000,
        DIR5 = 0x104000,
        TABLE = 0x110000,
        KERNEL_TABLE = 0x111000,
        OTHER_TABLE = 0x112000,
        USER = 0x08048000,
        CR0 = 0x80010001u,
};
#define KERNEL 0x80400000u

static void write_cr0(uint32_t value)
{
        uint32_t old = cpu.cr[0];

        cpu.cr[0] = value;
        mmu_write_cr0(old, value);
}

static void write_cr4(uint32_t value)
{
        uint32_t old = cpu.cr[4];

        cpu.cr[4] = value;
        mmu_write_cr4(old, value);
}

static void load_cr3(uint32_t directory)
{
        cpu.cr[3] = directory;
        mmu_write_cr3();
}

static void pde(uint32_t directory, uint32_t gva, uint32_t value)
{
        memory_write(directory + (gva >> 22) * 4, value);
}

static uint32_t entry_at(uint32_t table, uint32_t gva)
{
        return table + (gva >> 12) % 1024 * 4;
}

static void pte(uint32_t table, uint32_t gva, uint32_t value)
{
        memory_write(entry_at(table, gva), value);
}

/* Paging on, in DIR1, whose tables are TABLE for users and KERNEL_TABLE. */
static void fresh(uint32_t limit)
{
        uint32_t n;

        machine_start(limit);
        for (n = 0; n < 5; n++) {
                pde(DIR1 + n * 4096, USER, TABLE | P | RW | US);
                pde(DIR1 + n * 4096, KERNEL, KERNEL_TABLE | P | RW | A);
        }
        pte(TABLE, USER, 0x200000 | P | RW | US);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | RW);
        cpu.cr[3] = DIR1;
        write_cr4(0x90);
        write_cr0(CR0);
        memset(&machine_calls, 0, sizeof(machine_calls));
}

static struct outcome access_at(uint32_t gva, enum mmu_access access, bool user)
{
        return machine_access(gva, access, user);
}

static bool reaches(uint32_t gva, enum mmu_access access, bool user, uint32_t gpa)
{
        struct outcome outcome = access_at(gva, access, user);

        return !outcome.fault && outcome.gpa == gpa;
}

static bool faults(uint32_t gva, enum mmu_access access, bool user, uint32_t error)
{
        struct outcome outcome = access_at(gva, access, user);

        return outcome.fault && outcome.error == error;
}

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
        check(reaches(KERNEL + 0x1000, MMU_READ, false, MMU_ABSENT_PAGE) &&
                  memory_read(MMU_ABSENT_PAGE) == 0xffffffff,
              "beyond the end of memory all is ones, page by page");
        pde(DIR1, KERNEL, OTHER_TABLE | P | RW | PS);
        pte(OTHER_TABLE, KERNEL, 0x310000 | P | RW);
        write_cr4(0);
        check(reaches(KERNEL, MMU_READ, false, 0x310000),
              "without CR4.PSE the entry means a table");
}

static void global(void)
{
        fresh(0);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | RW | A | D | G);
        pte(KERNEL_TABLE, KERNEL + 0x1000, 0x301000 | P | RW | A | D);
        access_at(KERNEL, MMU_READ, false);
        load_cr3(DIR2);
        check(machine_rights(KERNEL) && !machine_calls.unmaps,
              "a global page survives a load of CR3");
        pte(KERNEL_TABLE, KERNEL, 0x302000 | P | RW | A | D | G);
        mmu_invlpg(KERNEL);
        check(reaches(KERNEL, MMU_READ, false, 0x302000), "but not invlpg");
        pte(KERNEL_TABLE, KERNEL, 0x303000 | P | RW | A | D | G);
        write_cr4(0x10);
        write_cr4(0x90);
        check(reaches(KERNEL, MMU_READ, false, 0x303000), "nor a change of CR4.PGE");
}

/* And one that is global no more does not, nor anything once CR4.PGE is off. */
static void not_global_any_more(void)
{
        fresh(0);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | RW | A | D | G);
        access_at(KERNEL, MMU_READ, false);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | RW | A | D);
        mmu_invlpg(KERNEL);
        access_at(KERNEL, MMU_READ, false);
        pte(KERNEL_TABLE, KERNEL, 0x302000 | P | RW | A | D);
        load_cr3(DIR1);
        check(reaches(KERNEL, MMU_READ, false, 0x302000),
              "a page that is global no more, as invlpg told, goes at a load of CR3");

        fresh(0);
        pde(DIR1, KERNEL, 0x400000 | P | RW | A | D | PS | G);
        access_at(KERNEL, MMU_READ, false);
        pde(DIR1, KERNEL, 0x400000 | P | RW | A | D | PS);
        mmu_invlpg(KERNEL + 0x5000);
        access_at(KERNEL, MMU_READ, false);
        pde(DIR1, KERNEL, 0 | P | RW | A | D | PS);
        load_cr3(DIR1);
        check(reaches(KERNEL + 0x1234, MMU_READ, false, 0x1234), "of 4 MB too");

        fresh(0);
        pde(DIR1, KERNEL, 0x400000 | P | RW | A | D | PS | G);
        access_at(KERNEL, MMU_READ, false);
        write_cr4(0x10);
        access_at(KERNEL, MMU_READ, false);
        pde(DIR1, KERNEL, 0 | P | RW | A | D | PS | G);
        load_cr3(DIR1);
        check(reaches(KERNEL + 0x1234, MMU_READ, false, 0x1234),
              "without CR4.PGE no page of 4 MB survives a load of CR3");
}

/* Linux maps its text before it sets CR4.PGE, and makes those pages global later. */
static void made_global(void)
{
        fresh(0);
        write_cr4(0x10);
        access_at(KERNEL, MMU_READ, false);
        pte(KERNEL_TABLE, KERNEL, 0x300000 | P | RW | A | G);
        write_cr4(0x90);
        pte(KERNEL_TABLE, KERNEL, 0x302000 | P | RW | A | G);
        load_cr3(DIR2);
        check(reaches(KERNEL, MMU_READ, false, 0x300000),
              "a page that has become global survives a load of CR3 from then on");
}

/* Linux fills in the kernel's part of a directory when it is first needed (vmalloc). */
static void lazy(void)
{
        fresh(0);
        write_cr4(0x10);
        pde(DIR2, KERNEL, 0);
        access_at(KERNEL, MMU_WRITE, false);
        load_cr3(DIR2);
        check(faults(KERNEL, MMU_READ, false, 0),
              "a kernel row that only one directory has faults in the other");
        pde(DIR2, KERNEL, OTHER_TABLE | P | RW);
        pte(OTHER_TABLE, KERNEL, 0x400000 | P | RW);
        check(reaches(KERNEL, MMU_READ, false, 0x400000), "once there, it is the other's");
        load_cr3(DIR1);
        check(reaches(KERNEL, MMU_READ, false, 0x300000), "and each keeps its own");
}

static void switching(void)
{
        uint32_t n;

        fresh(0);
        for (n = 0; n < 40; n++) {
                pte(TABLE, USER + n * 4096, (0x200000 + n * 4096) | P | RW | US);
                access_at(USER + n * 4096, MMU_WRITE, true);
        }
        load_cr3(DIR2);
        load_cr3(DIR1);
        memset(&machine_calls, 0, sizeof(machine_calls));
        load_cr3(DIR1);
        check(!machine_calls.unmaps && !machine_calls.protects && !machine_calls.forgets &&
                  !access_at(USER, MMU_WRITE, true).fills,
              "a load of CR3 that changes nothing costs no call and no fault");
        for (n = 0; n < 40; n++)
                pte(TABLE, USER + n * 4096,
                    memory_read(entry_at(TABLE, USER + n * 4096)) & ~(uint32_t)RW);
        load_cr3(DIR1);
        check(machine_calls.protects == 1 && !machine_calls.unmaps &&
                  faults(USER, MMU_WRITE, true, 7) && !access_at(USER, MMU_READ, true).fills,
              "fork: forty pages lose the right to write in one call, and stay readable");
        pte(TABLE, USER, 0x280000 | P | RW | US | A | D);
        check(reaches(USER, MMU_WRITE, true, 0x280000), "a copied page is used at the next fault");
        for (n = 0; n < 40; n++)
                pte(TABLE, USER + n * 4096, 0);
        pde(DIR1, USER, 0);
        memset(&machine_calls, 0, sizeof(machine_calls));
        load_cr3(DIR1);
        check(machine_calls.forgets == 1 && !machine_calls.unmaps &&
                  faults(USER, MMU_READ, true, 4),
              "exit: a space of which nothing stands is forgotten in one call");
}

/* Whichever instruction wrote, through whichever of the table's addresses. */
static void unannotated(void)
{
        fresh(0);
        access_at(USER, MMU_WRITE, true);
        load_cr3(DIR2);
        pte(TABLE, USER, 0x210000 | P | RW | US);
        load_cr3(DIR1);
        check(reaches(USER, MMU_READ, true, 0x210000),
              "a store nobody announced, while another directory was loaded, is seen");
        access_at(USER, MMU_WRITE, true);
        memory_write(entry_at(TABLE, USER), 0x220000 | P | RW | US);
        check(access_at(USER, MMU_READ, true).gpa == 0x210000,
              "until an invalidation the old page may be used");
        mmu_invlpg(USER + 0x1000);
        check(access_at(USER, MMU_READ, true).gpa == 0x210000, "another page's is none");
        mmu_invlpg(USER + 0xfff);
        check(reaches(USER, MMU_READ, true, 0x220000), "its own is");
}

/* munmap: the guest has emptied the entries, and names their pages one after the other. */
static void along(void)
{
        uint32_t n;

        fresh(0);
        for (n = 0; n < 5; n++) {
                pte(TABLE, USER + n * 4096, (0x200000 + n * 4096) | P | RW | US);
                access_at(USER + n * 4096, MMU_WRITE, true);
        }
        for (n = 0; n < 3; n++)
                pte(TABLE, USER + n * 4096, 0);
        pte(TABLE, USER + 4 * 4096, 0);
        memset(&machine_calls, 0, sizeof(machine_calls));
        mmu_invlpg(USER);
        mmu_invlpg(USER + 4096);
        mmu_invlpg(USER + 8192);
        check(machine_calls.unmaps == 1 && faults(USER, MMU_READ, true, 4) &&
                  faults(USER + 4096, MMU_READ, true, 4) && faults(USER + 8192, MMU_READ, true, 4),
              "three pages that are gone are taken away by one call");
        check(!access_at(USER + 3 * 4096, MMU_WRITE, true).fills &&
                  !access_at(USER + 4 * 4096, MMU_WRITE, true).fills,
              "what stands behind them is not, nor what is behind that");
}

static bool peeks(uint32_t gva, uint32_t word)
{
        const uint32_t *at = mmu_peek_user(gva);

        return at && *at == word;
}

static void peeking(void)
{
        fresh(0);
        memory_write(0x200010, 0x12345678);
        memory_write(0x210010, 0x87654321);
        check(!mmu_peek_user(USER + 0x10), "what is not mapped is not peeked at");
        access_at(USER, MMU_READ, true);
        check(peeks(USER + 0x10, 0x12345678), "what user code has mapped is");
        pte(TABLE, USER, 0x210000 | P | RW | US | A);
        check(peeks(USER + 0x10, 0x12345678), "as it was when it was mapped ...");
        mmu_invlpg(USER);
        check(!mmu_peek_user(USER + 0x10), "... until it is invalidated");
        access_at(USER, MMU_READ, true);
        check(peeks(USER + 0x10, 0x87654321), "and then anew");
        pte(TABLE, USER, 0x200000 | P | US | A);
        mmu_invlpg(USER);
        access_at(USER, MMU_READ, true);
        check(peeks(USER + 0x10, 0x12345678), "a page that cannot be written is, too");
        pte(TABLE, USER, 0x210000 | P | RW | US | A | D);
        access_at(USER, MMU_WRITE, true);
        check(peeks(USER + 0x10, 0x87654321), "and one that took its place at a fault");
        access_at(KERNEL, MMU_READ, false);
        check(!mmu_peek_user(KERNEL), "a page of the kernel's is not");
        pte(TABLE, USER, 0x210000 | P | RW);
        mmu_invlpg(USER);
        access_at(USER, MMU_READ, false);
        check(!mmu_peek_user(USER), "nor one at the user's addresses");
        check(!mmu_peek_user(0xfffff000u), "nor what no guest may map");
}

static void dying(void)
{
        fresh(0);
        access_at(USER, MMU_READ, true);
        load_cr3(DIR2);
        access_at(USER, MMU_READ, true);
        load_cr3(DIR1);
        pde(DIR2, USER, 0);
        memset(&machine_calls, 0, sizeof(machine_calls));
        load_cr3(DIR3);
        check(machine_calls.forgets == 1,
              "a directory that was emptied gives its space to a new one");
        access_at(USER, MMU_READ, true);
        load_cr3(DIR1);
        check(!access_at(USER, MMU_READ, true).fills, "one that was not keeps its own");
        load_cr3(DIR4);
        check(machine_calls.forgets == 1, "so does one that was made since");
}

static void recycling(void)
{
        uint32_t n, round;
        bool good = true;

        fresh(0);
        for (round = 0; round < 3; round++)
                for (n = 0; n < 5; n++) {
                        load_cr3(DIR1 + n * 4096);
                        good &= reaches(USER, MMU_READ, true, 0x200000);
                }
        check(good && mmu_statistics.spaces_recycled >= 10, "five directories share three spaces");
        fresh(8);
        good = true;
        for (n = 0; n < 30; n++)
                pte(TABLE, USER + n * 4096, (0x200000 + n * 4096) | P | RW | US);
        for (n = 0; n < 90; n++)
                good &= reaches(USER + n % 30 * 4096, MMU_WRITE, true, 0x200000 + n % 30 * 4096);
        check(good, "thirty pages are used with room for eight mappings");
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
        neighbours();
        dense_groups();
        errors();
        protection();
        large();
        global();
        made_global();
        not_global_any_more();
        lazy();
        switching();
        unannotated();
        along();
        peeking();
        dying();
        recycling();
        unpaged();
        own_accesses();
        reaching();
        epochs();
        outside();
        return check_done();
}
