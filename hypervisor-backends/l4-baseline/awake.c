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
 *   that one is the current space while a program of it could run.  What the guest takes from it is
 *   taken from L4's mappings before main waits for anybody but the program, and when another
 *   thread preempts main: of that the monitor thread hears, here by a signal of X.2's, by a
 *   preemption message on extended L4.
 *
 * A space that is to be another process' is made anew (user-stub.c).
 */
#include "l4vm.h"

uint32_t l4vm_awake = L4VM_NOBODY;

static bool is_safe(void)
{
        return !l4vm_queued && (l4vm_awake == l4vm_current || l4vm_awake == L4VM_NOBODY);
}

static volatile uint8_t *main_flags(void)
{
        return (volatile uint8_t *)(L4VM_UTCB + L4_UTCB_LOCALID + L4_UTCB_PREEMPTFLAGS);
}

void l4vm_watch(void)
{
        if (l4vm_quirks.signals)
                asm volatile("orb %1,%0" : "+m"(*main_flags()) : "i"(L4_PREEMPT_SIGNAL));
}

static void unwatch(void)
{
        asm volatile("andb %1,%0" : "+m"(*main_flags()) : "i"((uint8_t)~L4_PREEMPT_SIGNAL));
}

void l4vm_watch_as_needed(void)
{
        if (is_safe())
                unwatch();
        else
                l4vm_watch();
}

static void change(uint32_t space)
{
        uint32_t old = l4vm_awake;

        if (l4vm_quirks.halts && (old != L4VM_NOBODY || space != L4VM_NOBODY))
                l4vm_user_halt(old, space);
        l4vm_fpu_in_use = L4VM_FPU_NOWHERE;
        l4vm_awake = space;
}

void l4vm_awaken(uint32_t space)
{
        if (l4vm_awake == space)
                return;
        change(space);
        l4vm_watch_as_needed();
}

void l4vm_rest(void)
{
        if (l4vm_awake != L4VM_NOBODY)
                change(L4VM_NOBODY);
}

void l4vm_gone(uint32_t space)
{
        if (l4vm_awake != space)
                return;
        l4vm_fpu_in_use = L4VM_FPU_NOWHERE;
        l4vm_awake = L4VM_NOBODY;
}

void l4vm_leave_main(void)
{
        if (l4vm_queued)
                l4vm_flush_queue();
        if (l4vm_awake != l4vm_current)
                l4vm_rest();
        unwatch();
}

void l4vm_main_preempted(void)
{
        l4vm_flush_again();
        if (l4vm_awake != l4vm_current)
                l4vm_rest();
}
