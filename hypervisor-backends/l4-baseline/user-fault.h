/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults and exceptions of applications: what every layout does alike, whoever runs the thread. */
#ifndef L4VM_USER_FAULT_H
#define L4VM_USER_FAULT_H

#include "reclaim.h"
#include "shadow.h"

enum {
        ERROR_PRESENT = 1, /* a page fault's error code */
        ERROR_WRITE = 2,
        ERROR_USER = 4,
        GENERAL_PROTECTION = 13,
        PAGE_FAULT = 14
};

/*
 * What user code may have at @address, from the shadow; 0: nothing.  *@entry is where the user
 * space says so, or NULL where the kernel space does.
 */
static inline uint32_t user_value(uint32_t space, uint32_t address, uint32_t **entry)
{
        uint32_t value;

        *entry = 0;
        if (address >= L4VM_GUEST_END)
                return 0;
        *entry = shadow_user_entry(space, address);
        value = *entry ? **entry : 0;
        if (value)
                return value;
        *entry = 0;
        return address < L4VM_LINEAR ? 0 : shadow_lookup(AB_SPACE_KERNEL, address);
}

static inline bool user_allows(uint32_t value, bool write)
{
        return (value & AB_USER) && (!write || (value & AB_WRITE));
}

/* The page fault's error code, as the guest would have it of the processor. */
static inline uint32_t user_fault_error(uint32_t value, bool write)
{
        return ERROR_USER | (value ? ERROR_PRESENT : 0) | (write ? ERROR_WRITE : 0);
}

/* A fault at @address that user code need not have had (@allowed) ends for an event. */
static inline void user_fault_trap(struct ab_trap *trap, bool allowed, uint32_t address,
                                   uint32_t error)
{
        trap->reason = allowed ? AB_REASON_EVENT : AB_REASON_PAGE_FAULT;
        trap->vector = PAGE_FAULT;
        trap->address = address;
        trap->error = error;
}

static inline void user_general_protection(struct ab_trap *trap)
{
        *trap = (struct ab_trap){AB_REASON_EXCEPTION, GENERAL_PROTECTION, 0, 0};
}

/*
 * Begin: user code is set going; has: it faulted and would get a mapping, which L4 may have no
 * memory for.  False after very many in a row, though all has been given back that can be: then the
 * guest is to be told of a general protection fault.  The machine goes on, for programs can take
 * pages from themselves.
 */
static inline void user_progress_begin(void)
{
        l4vm_repeats_not();
}
bool user_progress_has(uint32_t address, uint32_t eip);

/* The exception message of @space's user code, as IA-32 reports it. */
void user_exception(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, uint32_t vector,
                    uint32_t error);

/*
 * Put a map item at @mr for the page at @address, which user_value() said about: returns the next
 * message register.  Each layout has its own, and that
 * of pages in reach (l4vm_is_in_reach) leaves the other message registers alone.
 */
unsigned int user_install(uint32_t address, uint32_t value, uint32_t *entry,
                          unsigned int mr) AB_FAST;

#endif
