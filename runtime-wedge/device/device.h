/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine around the virtual processor: ports, interrupt controllers,
 * timers, clock, serial lines; and what the processor says of itself.
 *
 * A machine of 1995: two 8259s, an 8254, a MC146818, a 16550, an 8042 without a
 * keyboard.  What is not there reads all ones and ignores writes.  Time is
 * backend_time().  All functions are called with events held.
 */
#ifndef AB_DEVICE_H
#define AB_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <afterburn/backend.h>

/* First call of all: the state after reset. */
void device_start(const struct backend_machine *machine);

/*
 * IN and OUT of @bytes 1, 2 or 4; an OUT may end the machine (reset).  Call
 * pic_pending() afterwards: a device may have raised, or dropped, its line.
 */
uint32_t port_read(uint32_t port, uint32_t bytes);
void port_write(uint32_t port, uint32_t bytes, uint32_t value);

/* The same of one byte, at a port that the instruction names: these are used most. */
uint32_t port_read_byte(uint32_t port);
void port_write_byte(uint32_t port, uint32_t value);

/* Do the controllers ask the processor for an interrupt?  A word, for inline tests. */
extern uint32_t pic_request;
/* A second has passed: cpu/watch.c wants to look. */
extern bool watch_due;
static inline bool pic_pending(void)
{
        return pic_request;
}

/* The interrupt acknowledge cycle: the vector to deliver now.  Only if pic_pending(). */
uint32_t pic_acknowledge(void);

/*
 * These events (enum ab_event, from backend_events()) have come: let timers
 * and console take note.  AB_EVENT_STOP is the caller's.
 */
void device_event(uint32_t events);

/* The processor goes idle, or the machine ends: bring out what is buffered. */
void device_idle(void);

/* --- what the processor says of itself ----------------------------------------- */

struct cpuid {
        uint32_t eax, ebx, ecx, edx;
};

/*
 * CPUID with these eax and ecx.  Features whose use needs an instruction nobody
 * annotated, or a device that is not there, are hidden.
 */
void cpuid_emulate(uint32_t eax, uint32_t ecx, struct cpuid *result);

/* RDMSR, WRMSR.  False: #GP. */
bool msr_read(uint32_t msr, uint64_t *value);
bool msr_write(uint32_t msr, uint64_t value);

/*
 * RDTSC: the real counter, because user code reads that without us; it cannot be set.  For a moment
 * that may have passed already (moment.c).
 */
uint64_t tsc_read(void);

/* --- what the chips ask of the processor ------------------------------------------ */

/* The address behind the instruction that is being emulated. */
uint32_t guest_place(void);
/* From @from on the guest has executed a few instructions to come to that one: no loop, no call. */
bool guest_came_straight(uint32_t from);

#endif
