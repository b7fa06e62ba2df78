/* SPDX-License-Identifier: BSD-2-Clause */
/* Which user space's threads may run; all others are halted. */
#ifndef L4VM_AWAKE_H
#define L4VM_AWAKE_H

#include "l4vm.h"

#define L4VM_NOBODY 0xffffffffu /* l4vm.awake - 1, of 0 */
static inline uint32_t l4vm_awake(void)
{
        return l4vm.awake - 1;
}
/*
 * Around all that main does from there on until a user thread has told it what it was to run for.
 * Returns what l4vm_leave_user() is given.
 */
static inline uint32_t l4vm_enter_user(void)
{
        uint32_t before = l4vm.in_user;

        l4vm.in_user = 1;
        return before;
}
static inline void l4vm_leave_user(uint32_t before)
{
        l4vm.in_user = before;
}
/* Those of @space, which is there, and no others.  Inside l4vm_enter_user(), nothing queued. */
void l4vm_awaken(uint32_t space);
/* Those of @space are no more, or about to be halted by somebody who does not note it. */
void l4vm_gone(uint32_t space);
/* The layout halts the threads of @rest and lets those of @wake go on: either may be L4VM_NOBODY.
 */
void l4vm_user_halt(uint32_t rest, uint32_t wake);
/* It halts those of @space.  False: the resource monitor was asked, and has noted what it did. */
bool l4vm_user_rest(uint32_t space);
/* Before main waits for an event, and when the monitor thread hears that main is preempted. */
void l4vm_leave_main(void);
void l4vm_main_preempted(void);

#endif
