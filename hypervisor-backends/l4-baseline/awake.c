/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which user space's threads may run.  Main believes that a program which has sent it a message
 * waits for the answer.  One that has made such a message itself need not: it may go on at once, or
 * later, by a time-out or for a message of somebody else's.  X.2 tells it from no other.  So
 * nothing rests on that:
 *
 *   the threads of all spaces but one are halted.  Who is halted runs nothing, whatever happens,
 *   until somebody with a right to them says so: the wedge, or a thread of the same space, which
 *   are halted too.  A pager has that right as well, and a thread names its pager itself;
 *   so that is set with each halt.
 *
 *   that one is halted, too, whenever main no longer runs in the middle of what it does for the
 *   guest kernel: by main before it waits for an event; by the monitor thread when another thread
 *   preempts main, of which it hears by a signal of X.2's, or by a preemption message on extended
 *   L4; by the resource monitor when main asks it for something, as who is answered need not be
 *   next to run.
 *
 *   it is not halted while main lets it run and waits for it (l4vm.in_user), from before main looks
 *   whether it is awake until its message has been seen through: main would wait for ever.
 *   Nothing of the guest kernel's is done in that time, so nothing is half done; and
 *   what the guest has taken away is taken from L4's mappings before the program can run.
 *
 * Main alone lets a space's threads go on, and then only.  So to halt them can be done twice, and
 * in the midst of it by another thread.  But where the monitor thread has to ask for it, main may
 * run before the resource monitor, which waits for another, gets to it; so that looks itself.
 *
 * A space that is to be another process' is made anew (user-stub.c).
 */
#include "awake.h"
#include "mapping.h"
#include "quirks.h"

void l4vm_awaken(uint32_t space)
{
        uint32_t old = l4vm_awake();

        if (old == space)
                return;
        if (l4vm_quirks.halts)
                l4vm_user_halt(old, space);
        l4vm.awake = space + 1;
}

static void nobody(void)
{
        l4vm.ready = L4VM_NOBODY;
        l4vm.awake = 0;
}

static void rest(void)
{
        uint32_t old = l4vm_awake();

        if (old == L4VM_NOBODY || l4vm.in_user || !l4vm_quirks.halts)
                return;
        if (l4vm_user_rest(old))
                nobody();
}

void l4vm_gone(uint32_t space)
{
        if (l4vm_awake() == space)
                nobody();
}

void l4vm_leave_main(void)
{
        if (l4vm_queued)
                l4vm_flush_queue();
        rest();
}

void l4vm_main_preempted(void)
{
        l4vm_flush_again();
        rest();
}
