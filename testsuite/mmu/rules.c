/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules are written in: a guest kernel's stores and accesses. */
#include <string.h>
#include "rules.h"

void write_cr0(uint32_t value)
{
        uint32_t old = cpu.cr[0];

        cpu.cr[0] = value;
        mmu_write_cr0(old, value);
}

void write_cr4(uint32_t value)
{
        uint32_t old = cpu.cr[4];

        cpu.cr[4] = value;
        mmu_write_cr4(old, value);
}

void load_cr3(uint32_t directory)
{
        cpu.cr[3] = directory;
        mmu_write_cr3();
}

void pde(uint32_t directory, uint32_t gva, uint32_t value)
{
        memory_write(directory + (gva >> 22) * 4, value);
}

uint32_t entry_at(uint32_t table, uint32_t gva)
{
        return table + (gva >> 12) % 1024 * 4;
}

void pte(uint32_t table, uint32_t gva, uint32_t value)
{
        memory_write(entry_at(table, gva), value);
}

void fresh(uint32_t limit)
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

struct outcome access_at(uint32_t gva, enum mmu_access access, bool user)
{
        return machine_access(gva, access, user);
}

bool reaches(uint32_t gva, enum mmu_access access, bool user, uint32_t gpa)
{
        struct outcome outcome = access_at(gva, access, user);

        return !outcome.fault && outcome.gpa == gpa;
}

bool faults(uint32_t gva, enum mmu_access access, bool user, uint32_t error)
{
        struct outcome outcome = access_at(gva, access, user);

        return outcome.fault && outcome.error == error;
}
