/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of the virtual MMU: when translations go, which stay, and what that costs. */
#include <string.h>
#include "rules.h"

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

/* The last page of a row and the first of the next, which was used first. */
static void across_rows(void)
{
        const uint32_t next = (USER & 0xffc00000) + 0x400000, last = next - 4096;

        fresh(0);
        pde(DIR1, next, OTHER_TABLE | P | RW | US);
        pte(OTHER_TABLE, next, 0x210000 | P | RW | US);
        pte(TABLE, last, 0x220000 | P | RW | US);
        access_at(next, MMU_WRITE, true);
        access_at(last, MMU_WRITE, true);
        pte(OTHER_TABLE, next, 0);
        pte(TABLE, last, 0);
        memset(&machine_calls, 0, sizeof(machine_calls));
        load_cr3(DIR1);
        check(machine_calls.unmaps == 1 && faults(last, MMU_READ, true, 4) &&
                  faults(next, MMU_READ, true, 4),
              "neighbours in two tables are taken away by one call");
}

/*
 * Many pages of one group of 32, and one of another, are in use; then those of the first go, or
 * become others, until it has none: the row is looked at again without it.
 */
static void groups_that_empty(uint32_t entry, const char *what)
{
        enum { MANY = 20, FAR = 100 * 4096 };
        uint32_t n, at;
        bool good = true;

        fresh(0);
        pte(TABLE, USER + FAR, 0x280000 | P | RW | US);
        for (n = 0; n < MANY; n++) {
                pte(TABLE, USER + n * 4096, (0x200000 + n * 4096) | P | RW | US);
                access_at(USER + n * 4096, MMU_WRITE, true);
        }
        access_at(USER + FAR, MMU_WRITE, true);
        load_cr3(DIR1);
        for (n = 0; n < MANY; n++)
                pte(TABLE, USER + n * 4096, entry ? entry + n * 4096 : 0);
        load_cr3(DIR1);
        load_cr3(DIR1);
        good &= !access_at(USER + FAR, MMU_WRITE, true).fills;
        for (n = 0; n < MANY; n++) {
                at = USER + n * 4096;
                good &= entry ? reaches(at, MMU_WRITE, true, 0x300000 + n * 4096)
                              : faults(at, MMU_WRITE, true, 6);
        }
        check(good, what);
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

void invalidation(void)
{
        global();
        made_global();
        not_global_any_more();
        lazy();
        switching();
        unannotated();
        along();
        across_rows();
        groups_that_empty(
            0, "of twenty pages that have gone nothing is left; another of the row stays");
        groups_that_empty(0x300000 | P | RW | US, "twenty pages that have become others are those");
        peeking();
        dying();
        recycling();
}
