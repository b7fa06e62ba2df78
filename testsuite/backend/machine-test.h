/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the test of a backend that runs code share. */
#ifndef BACKEND_MACHINE_TEST_H
#define BACKEND_MACHINE_TEST_H

#include "ktap.h"

/* Pages of guest-physical memory, and what each is for. */
enum {
        PAGE_A = 0x100000,
        PAGE_B = 0x101000,
        PAGE_CODE = 0x102000,
        PAGE_STACK = 0x103000,
        PAGE_MANY = 0x400000,
        MANY_BYTES = 0x400000
};

enum { MS = 1000000 };

/* What the L4 backends count: page faults of user code that came as messages, COUNT_FAULT, ... */
extern uint32_t l4vm_counts[] __attribute__((weak));
enum { FAULT_MESSAGES = 2, HELPER_CALLS = 4 };

static inline uint32_t count_of(uint32_t kind)
{
        return l4vm_counts ? l4vm_counts[kind] : 0;
}

/* All of user mode; @unbounded: the emulator checks no segment limits. */
void user_mode(bool unbounded);

#endif
