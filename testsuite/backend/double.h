/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The backend interface inside a test process, for unit tests of a front end:
 * memory is an array, mappings are a table one can look into, user mode is a list
 * of what it will do next.
 */
#ifndef BACKEND_DOUBLE_H
#define BACKEND_DOUBLE_H

#include <afterburn/backend.h>

/* What user mode does when it is entered next: change the frame, return this trap. */
struct double_exit {
        struct ab_trap trap;
        uint32_t add_eip;
        uint32_t eax;
};

/* Append to the list; false when it is full. */
bool double_will(struct double_exit exit);

/* Frame that user mode was last entered with. */
extern struct ab_frame double_entered;

/* The mapping at @virtual of @space; false: none. */
bool double_mapping(uint32_t space, uint32_t virtual, uint32_t *physical, uint32_t *rights);

/* Space switched to last. */
extern uint32_t double_space;

/* Raise events, as a device would. */
void double_raise(uint32_t events);

/* Set: backend_fatal() and backend_stop() call this, and it must not return. */
extern void (*double_ended)(const char *text);

#endif
