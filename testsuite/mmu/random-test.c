/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random page tables and random use of them.  After each change the guest invalidates
 * as IA-32 requires; so every access must come to what a fresh walk by the
 * independent walker gives, and the tables must hold the same bits.
 */
#include <stdio.h>
#include <string.h>
#include "walker.h"

enum {
        DIRECTORIES = 5, /* more than the hypervisor has spaces */
        TABLES = 6,
        TABLES_AT = 0x00200000,
        TABLE_BYTES = (DIRECTORIES + TABLES) * 4096,
        RUNS = 120,
        STEPS = 4000,
};

/* Rows in play: applications', a page of the kernel's at user addresses, the kernel's. */
static const uint32_t rows[] = {1, 2, 0x1ff, 0x200, 0x201, 0x2ef};
enum { ROWS = sizeof(rows) / sizeof(rows[0]), KERNEL_ROW = 0x200 };

static uint32_t image[MEMORY / 4];
static uint64_t state;
static bool global; /* this run uses global pages */

static uint32_t any(uint32_t limit)
{
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return (uint32_t)(state >> 33) % limit;
}

static bool one_in(uint32_t n)
{
        return any(n) == 0;
}

static uint32_t directory_at(uint32_t n)
{
        return TABLES_AT + n * 4096;
}

static void store(uint32_t gpa, uint32_t value)
{
        memory_write(gpa, value);
        image[gpa / 4] = value;
}

/* Most are in one group of 32, so that such groups get dense. */
static const uint32_t pages[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 511, 1022, 1023};
enum { PAGES = sizeof(pages) / sizeof(pages[0]), GROUP = 11 };

static uint32_t some_page(void)
{
        return pages[one_in(2) ? any(PAGES) : any(3)];
}

static uint32_t some_bits(void)
{
        uint32_t bits = one_in(8) ? 0 : 1; /* present, mostly */

        bits |= any(2) * 2 + any(2) * 4 + any(2) * 0x20 + any(2) * 0x40 + any(8) * 0x200;
        if (one_in(3))
                bits |= 6;
        return bits;
}

/* With global pages, an entry of a kernel table may survive a load of CR3. */
static uint32_t some_pte(void)
{
        uint32_t frame = one_in(20) ? 0x80000 + any(100) : any(MEMORY / 4096);

        return frame << 12 | some_bits() | (global ? any(2) << 8 : 0) | (one_in(40) ? 0x80 : 0);
}

/*
 * With global pages, kernel tables are used by nobody else, and their directory entries
 * have all bits set: a translation that survives a load of CR3 sets none in the new directory.
 */
static uint32_t some_pde(uint32_t row)
{
        bool kernel = row >= KERNEL_ROW;
        uint32_t table =
            kernel && global ? TABLES / 2 + any(TABLES / 2) : any(global ? TABLES / 2 : TABLES);
        uint32_t pde = directory_at(DIRECTORIES + table) | some_bits();

        if (!global && one_in(20)) /* a directory that is its own table, or another's */
                pde = directory_at(any(DIRECTORIES)) | some_bits();
        if (one_in(4))
                pde = (any(3) << 22) | some_bits() | 0x80 | (one_in(10) ? 0x2000 : 0) |
                      (global && kernel ? any(2) << 8 : 0);
        return pde | (kernel && global ? 0x60 : 0);
}

/* Where kernel pages are global, all directories agree on them. */
static void store_pde(uint32_t directory, uint32_t row, uint32_t pde)
{
        uint32_t n;

        for (n = 0; n < DIRECTORIES; n++)
                if (n == directory || (global && row >= KERNEL_ROW))
                        store(directory_at(n) + row * 4, pde);
}

static void load_cr3(uint32_t directory)
{
        cpu.cr[3] = directory_at(directory) | any(4) * 8;
        mmu_write_cr3();
}

static void write_cr4(uint32_t value)
{
        uint32_t old = cpu.cr[4];

        cpu.cr[4] = value;
        mmu_write_cr4(old, value);
}

static void write_cr0(uint32_t value)
{
        uint32_t old = cpu.cr[0];

        cpu.cr[0] = value;
        mmu_write_cr0(old, value);
}

/* Everything that is not global is invalid, ... */
static void flush_local(void)
{
        cpu.cr[3] ^= 8;
        mmu_write_cr3();
}

/* ... and everything, as the guest's kernel does it. */
static void flush(void)
{
        if (global) {
                write_cr4(cpu.cr[4] & ~0x80u);
                write_cr4(cpu.cr[4] | 0x80);
        } else {
                flush_local();
        }
}

static void change_pde(void)
{
        uint32_t row = rows[any(ROWS)];
        uint32_t directory = any(DIRECTORIES);
        uint32_t old = memory_read(directory_at(directory) + row * 4);

        store_pde(directory, row, some_pde(row));
        if ((old & 0x181) == 0x81 && cpu.cr[4] & 0x10)
                flush_local(); /* 4 MB, and not global */
        else
                flush();
}

/* One entry of a table; one page of each row that uses the table is invalid. */
static void change_pte(void)
{
        uint32_t table = directory_at(DIRECTORIES + any(TABLES)), page = some_page(), i;
        uint32_t gpa = table + page * 4, old = memory_read(gpa), value = some_pte();

        if (one_in(2)) /* bits only, as an operating system does */
                value = old ^ (1u << (const uint8_t[]){0, 1, 2, 5, 6, 10, 8}[any(global ? 7 : 6)]);
        store(gpa, value);
        if (one_in(2)) {
                if (old & 0x100)
                        flush();
                else
                        flush_local();
                return;
        }
        for (i = 0; i < ROWS; i++)
                if ((memory_read((cpu.cr[3] & -4096u) + rows[i] * 4) & 0xfffff000) == table ||
                    cpu.cr[4] & 0x10)
                        mmu_invlpg(rows[i] << 22 | page << 12 | any(4096));
}

static void change_mode(void)
{
        switch (any(8)) {
        case 0:
                write_cr4(cpu.cr[4] ^ 0x10);
                break;
        case 1:
                write_cr0(cpu.cr[0] ^ 0x80000000);
                break;
        default:
                write_cr0(cpu.cr[0] ^ 0x10000);
        }
}

static bool same(struct outcome got, struct outcome expected)
{
        if (got.fault != expected.fault)
                return false;
        if (got.fault)
                return got.error == expected.error;
        if (expected.gpa >= MEMORY)
                return got.gpa >> 12 == MMU_ABSENT_PAGE >> 12;
        return got.gpa == expected.gpa;
}

static bool access_at(uint32_t run, uint32_t step, uint32_t gva, enum mmu_access access, bool user)
{
        struct outcome expected = walker_access(image, &cpu, gva, access, user);
        struct outcome got = machine_access(gva, access, user);

        if (same(got, expected) &&
            !memcmp(backend_physical(TABLES_AT), &image[TABLES_AT / 4], TABLE_BYTES))
                return true;
        printf("# run %u step %u: %s %s %08x: fault %d error %x gpa %08x, expected %d %x %08x\n",
               run, step, user ? "user" : "kernel", access == MMU_WRITE ? "writes" : "reads", gva,
               got.fault, got.error, got.gpa, expected.fault, expected.error, expected.gpa);
        return false;
}

static bool access_once(uint32_t run, uint32_t step)
{
        uint32_t gva = rows[any(ROWS)] << 22 | some_page() << 12 | any(4096);
        enum mmu_access access = (enum mmu_access)any(3);

        return access_at(run, step, gva, access, one_in(2));
}

/* All of a group, as a program does that reads its data. */
static bool access_group(uint32_t run, uint32_t step)
{
        uint32_t row = rows[any(ROWS)], n;

        for (n = 0; n < GROUP; n++)
                if (!access_at(run, step, row << 22 | pages[n] << 12, MMU_READ, false))
                        return false;
        return true;
}

/* What mmu_reach() has said of the last places; it must hold while the epoch is the same. */
static struct {
        uint32_t gva, epoch;
        bool write;
} reached[16];

static bool reach_once(uint32_t run, uint32_t step)
{
        uint32_t gva = rows[any(ROWS)] << 22 | some_page() << 12 | any(4096), error;
        enum mmu_access access = one_in(2) ? MMU_WRITE : MMU_READ;
        struct outcome expected = walker_access(image, &cpu, gva, access, false);
        void *at = mmu_reach(gva, access, &error);
        uint32_t n = any(16);

        if (!at == expected.fault && (at || error == expected.error)) {
                reached[n].gva = gva;
                reached[n].write = access == MMU_WRITE;
                reached[n].epoch = at ? mmu_epoch : 0;
                return true;
        }
        printf("# run %u step %u: %08x is %sreached, error %x\n", run, step, gva, at ? "" : "not ",
               error);
        return false;
}

static bool reached_holds(uint32_t run, uint32_t step)
{
        uint32_t n;

        for (n = 0; n < 16; n++) {
                uint32_t need = reached[n].write ? AB_READ | AB_WRITE : AB_READ;

                if (reached[n].epoch != mmu_epoch ||
                    (machine_rights(reached[n].gva) & need) == need)
                        continue;
                printf("# run %u step %u: %08x was reached and is lost in the same epoch\n", run,
                       step, reached[n].gva);
                return false;
        }
        return true;
}

static void prepare(void)
{
        uint32_t n, i;

        memset(image, 0, sizeof(image));
        for (n = 0; n < DIRECTORIES; n++)
                for (i = 0; i < ROWS; i++)
                        store_pde(n, rows[i], some_pde(rows[i]));
        for (n = 0; n < TABLES; n++)
                for (i = 0; i < PAGES; i++)
                        store(directory_at(DIRECTORIES + n) + pages[i] * 4, some_pte());
        cpu.cr[3] = directory_at(0);
        write_cr4(0x10 | (global ? 0x80 : 0));
        write_cr0(0x80010001);
}

static bool run_one(uint32_t run, uint32_t limit)
{
        uint32_t step;

        state = run * 77 + 1;
        global = run % 2;
        machine_start(limit);
        memset(reached, 0, sizeof(reached));
        prepare();
        for (step = 0; step < STEPS; step++) {
                if (one_in(6))
                        change_pte();
                if (one_in(12))
                        change_pde();
                if (one_in(10))
                        load_cr3(any(DIRECTORIES));
                if (one_in(60))
                        change_mode();
                if (one_in(20) && !access_group(run, step))
                        return false;
                if (!access_once(run, step) || !reached_holds(run, step))
                        return false;
                if (one_in(2) && !reach_once(run, step))
                        return false;
        }
        return true;
}

static bool runs(uint32_t limit)
{
        uint32_t run;

        for (run = 0; run < RUNS; run++)
                if (!run_one(run, limit))
                        return false;
        return true;
}

int main(void)
{
        check(runs(0), "480,000 accesses through random tables: address, fault, error and bits as "
                       "the manual says; a place reached stays so for its epoch");
        check(runs(1030), "the same where the hypervisor has room for 1,030 pages");
        return check_done();
}
