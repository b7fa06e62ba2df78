/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"

enum { PAGES = 1 << 20 };

/* Frame and rights of each page; the kernel space is the last. */
static uint32_t mappings[SPACES + 1][PAGES];
static uint32_t memory[MEMORY / 4] __attribute__((aligned(4096)));
static bool touched[SPACES + 1][PAGES / 1024]; /* rows in which something was mapped */
static uint32_t used, most, current;

struct ab_vcpu cpu;
struct machine_calls machine_calls;
jmp_buf *machine_fatal;
const char *machine_last_words;

static const struct backend_machine machine = {
    .memory_bytes = MEMORY,
    .user_start = 0x1000,
    .user_end = 0x80000000,
    .kernel_start = 0x80000000,
    .kernel_end = 0xbc000000,
    .spaces = SPACES,
    .counter_khz = 1000000,
    .command_line = "",
};

void machine_start(uint32_t limit)
{
        memset(mappings, 0, sizeof(mappings));
        memset(touched, 0, sizeof(touched));
        memset(memory, 0, sizeof(memory));
        memset(&cpu, 0, sizeof(cpu));
        memset(&machine_calls, 0, sizeof(machine_calls));
        used = current = 0;
        most = limit ? limit : 0xffffffff;
        mmu_start(&machine, &cpu);
}

uint32_t memory_read(uint32_t gpa)
{
        return memory[gpa / 4];
}

void memory_write(uint32_t gpa, uint32_t value)
{
        memory[gpa / 4] = value;
}

void AB_FAST *backend_physical(uint32_t address)
{
        return address < MEMORY ? (uint8_t *)memory + address : NULL;
}

void backend_fatal(const char *text)
{
        machine_last_words = text;
        if (machine_fatal)
                longjmp(*machine_fatal, 1);
        fprintf(stderr, "fatal: %s\n", text);
        abort();
}

/* The contract of backend.h: whole pages, and only where the space may map. */
static uint32_t *row_of(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        bool kernel = space == AB_SPACE_KERNEL;
        uint32_t start = kernel ? machine.kernel_start : machine.user_start;
        uint32_t end = kernel ? machine.kernel_end : machine.user_end;

        if ((!kernel && space >= SPACES) || (virtual | bytes) % AB_PAGE_BYTES || virtual < start ||
            bytes > end - virtual)
                backend_fatal("mapping outside what a space may hold");
        return &mappings[kernel ? SPACES : space][virtual / AB_PAGE_BYTES];
}

static void set(uint32_t *mapping, uint32_t value)
{
        used += (value != 0) - (*mapping != 0);
        *mapping = value;
}

bool AB_FAST backend_map(uint32_t space, uint32_t virtual, uint32_t physical, uint32_t bytes,
                         uint32_t rights)
{
        uint32_t *at = row_of(space, virtual, bytes), i;

        machine_calls.maps++;
        if (physical % AB_PAGE_BYTES || physical > MEMORY || bytes > MEMORY - physical || !rights)
                backend_fatal("mapping of memory the guest does not have");
        for (i = 0; i < bytes / AB_PAGE_BYTES; i++) {
                if (!at[i] && used == most)
                        return false;
                touched[space == AB_SPACE_KERNEL ? SPACES : space]
                       [virtual / AB_PAGE_BYTES / 1024 + i / 1024] = true;
                set(&at[i], (physical + i * AB_PAGE_BYTES) | rights);
        }
        return true;
}

void AB_FAST backend_unmap(uint32_t space, uint32_t virtual, uint32_t bytes)
{
        uint32_t *at = row_of(space, virtual, bytes), i;

        machine_calls.unmaps++;
        for (i = 0; i < bytes / AB_PAGE_BYTES; i++)
                set(&at[i], 0);
}

void backend_protect(uint32_t space, uint32_t virtual, uint32_t bytes, uint32_t rights)
{
        uint32_t *at = row_of(space, virtual, bytes), i;

        machine_calls.protects++;
        for (i = 0; i < bytes / AB_PAGE_BYTES; i++)
                if (at[i])
                        at[i] = (at[i] & -AB_PAGE_BYTES) | rights;
}

void backend_switch(uint32_t space)
{
        machine_calls.switches++;
        current = space;
}

void backend_forget(uint32_t space)
{
        uint32_t i;

        machine_calls.forgets++;
        for (i = 0; i < PAGES; i++) {
                if (!touched[space][i / 1024])
                        i += 1023;
                else
                        set(&mappings[space][i], 0);
        }
        memset(touched[space], 0, sizeof(touched[space]));
}

static uint32_t *mapping_of(uint32_t gva)
{
        return &mappings[gva >= machine.kernel_start ? SPACES : current][gva / AB_PAGE_BYTES];
}

uint32_t machine_rights(uint32_t gva)
{
        return *mapping_of(gva) % AB_PAGE_BYTES;
}

static bool permits(uint32_t rights, enum mmu_access access, bool user)
{
        return rights && (access != MMU_WRITE || rights & AB_WRITE) && (!user || rights & AB_USER);
}

struct outcome machine_access(uint32_t gva, enum mmu_access access, bool user)
{
        struct outcome outcome = {0};

        while (!permits(machine_rights(gva), access, user)) {
                if (outcome.fills++ > 2) {
                        fprintf(stderr, "%08x: filled, and faults again\n", gva);
                        abort();
                }
                if (!mmu_fill(gva, access, user, &outcome.error)) {
                        outcome.fault = true;
                        return outcome;
                }
        }
        outcome.gpa = (*mapping_of(gva) & -AB_PAGE_BYTES) | gva % AB_PAGE_BYTES;
        return outcome;
}

static unsigned count, failed;

void check(bool ok, const char *what)
{
        printf("%sok %u - %s\n", ok ? "" : "not ", ++count, what);
        failed += !ok;
}

int check_done(void)
{
        printf("1..%u\n", count);
        return failed != 0;
}
