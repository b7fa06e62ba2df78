/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that control registers refuse: whatever was found before, it stays as it is. */
#include "remembered.h"

enum { INVALID = 6, PROTECTION = 13, CR4_DE = 8 };

#define CR0_PE 1u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u

static uint32_t value, seen;

/* A store to %cr`number' is refused, and then it has what it had. */
#define REFUSED(number, set, cleared)                                                              \
        ({                                                                                         \
                uint32_t before;                                                                   \
                                                                                                   \
                asm volatile("movl %%cr" #number ", %0" : "=r"(before));                           \
                value = (before | (set)) & ~(cleared);                                             \
                ATTEMPT("movl %2, %%eax; movl %%eax, %%cr" #number, "m"(value));                   \
                asm volatile("movl %%cr" #number ", %0" : "=r"(value));                            \
                came(PROTECTION, 0) && value == before;                                            \
        })

static void refused_values(void)
{
        visit_often();
        expect(REFUSED(0, 0u, CR0_PE), "paging without protection");
        expect(REFUSED(0, CR0_NW, CR0_CD), "no write-through with the cache on");
        expect(REFUSED(4, 0x80000000u, 0u) && REFUSED(4, 0x8000u, 0u), "reserved bits");
        expect(called(), "as before");
        result("control_registers_refuse_what_is_reserved");
}

static void set_debug_extensions(bool on)
{
        asm volatile("movl %%cr4, %0" : "=r"(value));
        value = on ? value | CR4_DE : value & ~(uint32_t)CR4_DE;
        asm volatile("movl %0, %%cr4" : : "r"(value));
}

/* DR4 and DR5 are DR6 and DR7, until debug extensions are on. */
static void other_names(void)
{
        uint32_t dr[2];

        asm volatile("movl %%db6, %0; movl %%db7, %1" : "=r"(dr[0]), "=r"(dr[1]));
        ATTEMPT("movl %%db4, %%eax; movl %%eax, %2", "m"(seen));
        expect(no_trap() && seen == dr[0], "DR4");
        ATTEMPT("movl %%db5, %%eax; movl %%eax, %2", "m"(seen));
        expect(no_trap() && seen == dr[1], "DR5");
        set_debug_extensions(true);
        ATTEMPT("movl %%db4, %%eax", "m"(seen));
        expect(came(INVALID, 0), "DR4 with debug extensions");
        ATTEMPT("movl %2, %%eax; movl %%eax, %%db5", "m"(dr[1]));
        expect(came(INVALID, 0), "DR5 with debug extensions");
        set_debug_extensions(false);
        result("other_names_of_debug_registers");
}

void control_scenes(void)
{
        refused_values();
        other_names();
}
