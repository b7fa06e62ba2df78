/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hypervisor that is interpreted: guest memory and mappings are arrays, and an
 * access of the guest is a function call that consults the mappings, reports faults
 * to the virtual MMU and retries, as a backend does.
 */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <setjmp.h>
#include "mmu.h"

#define MEMORY (10u << 20) /* guest-physical memory: not a number of large pages */

enum { SPACES = 3 };

extern struct ab_vcpu cpu;

/* Everything as after reset, with this many mappings at most (0: any number). */
void machine_start(uint32_t limit);

/* What an access came to. */
struct outcome {
        bool fault;
        uint32_t error; /* where fault */
        uint32_t gpa;   /* of the byte, else */
        unsigned fills; /* faults the hypervisor reported */
};

struct outcome machine_access(uint32_t gva, enum mmu_access access, bool user);

/* Calls of the backend so far. */
struct machine_calls {
        unsigned maps, unmaps, protects, forgets, switches;
};
extern struct machine_calls machine_calls;

/* Rights with which the hypervisor maps @gva in the current space; 0: not at all. */
uint32_t machine_rights(uint32_t gva);

/* backend_fatal() comes here, with its text. */
extern jmp_buf *machine_fatal;
extern const char *machine_last_words;

uint32_t memory_read(uint32_t gpa);
void memory_write(uint32_t gpa, uint32_t value);

/* One line of TAP; the plan. */
void check(bool ok, const char *what);
int check_done(void);

#endif
