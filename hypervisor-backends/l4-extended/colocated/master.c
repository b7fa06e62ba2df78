/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt thread, alone in the master space.  It hears the resource monitor and the
 * clock, notes events where every space sees them, and sees to it that the kernel thread
 * that runs takes them.  What an application does meanwhile is its kernel thread's business:
 * whenever this thread has run, the application has been preempted, and the kernel thread
 * told so.
 */
#include "colocated.h"

enum { NEAR_NS = 3000000 };

static bool retry; /* an event could not be delivered yet */
L4_ThreadId_t l4vm_owner;

static void deliver(void)
{
        retry = false;
        if (!l4vm.events)
                return;
        if (l4vm.waiting) {
                l4vm.waiting = 0;
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Send(co_thread(l4vm_current, L4VM_CO_KERNEL));
        } else if (l4vm.running) {
                /* Unless the kernel thread has not quite left, it has been told. */
                retry = true;
        } else if (!l4vm.held && !l4vm.busy) {
                L4_Set_MsgTag(L4_Tag(CO_OP_EVENT, 0, 0));
                retry = L4_IpcFailed(L4_Reply(co_thread(l4vm_current, L4VM_CO_PAGER)));
        }
}

static void raise(uint32_t events)
{
        __atomic_or_fetch(&l4vm.events, events, __ATOMIC_SEQ_CST);
}

/*
 * L4 wakes us at its next tick only; the resource monitor, who has the hardware timer, is exact.
 * A deadline that is near is told to it too.
 */
static void ask_exactly(void)
{
        static uint64_t asked;
        uint64_t now, deadline = l4vm_deadline;

        if (!l4vm_deadline_set || deadline == asked)
                return;
        now = backend_time();
        if (now >= deadline || deadline - now > NEAR_NS)
                return;
        asked = deadline;
        l4vm_count(COUNT_REQUEST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_TIMER, 1, 0));
        L4_LoadMR(1, (uint32_t)(deadline - now) / 1000 + 1);
        L4_Send(l4vm_owner);
}

/* Raise what is due; until when to wait. */
static L4_Time_t look_at_clock(void)
{
        uint64_t now, wait;

        l4vm_planned = ~0ull;
        if (!l4vm_deadline_set)
                return retry ? L4_TimePeriod(1000) : L4_Never;
        now = backend_time();
        if (now >= l4vm_deadline) {
                l4vm_deadline_set = 0;
                raise(AB_EVENT_TIMER);
                return L4_Never;
        }
        wait = (l4vm_deadline - now) / 1000 + 1;
        l4vm_planned = l4vm_deadline;
        return retry ? L4_TimePeriod(1000) : L4_TimePeriod(wait);
}

/* The first space; its kernel thread begins in l4vm_main(). */
static void start_first(void)
{
        L4_LoadMR(1, 0);
        if (l4vm_request(RMON_VM_COLOCATED, 1))
                backend_fatal("the resource monitor gives no address space: this layout needs a "
                              "kernel with thread limits");
        L4_Set_MsgTag(L4_Tag(CO_OP_START, 1, 0));
        L4_LoadMR(1, 0);
        L4_Call(l4vm_thread(L4VM_HELPER));
}

void l4vm_monitor_main(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;
        L4_Time_t wait;

        L4_Init();
        l4vm_owner = L4_Pager();
        L4_Set_ExceptionHandler(l4vm_owner);
        L4_Accept(L4_Nilpage, 0);
        start_first();
        for (;;) {
                wait = look_at_clock();
                if (l4vm.events) {
                        deliver();
                        wait = look_at_clock();
                }
                ask_exactly();
                tag = L4_Wait_Timeout(wait, &from);
                /* L4VM_OP_TIMER, and the monitor's timer: look at the clock. */
                if (!L4_IpcFailed(tag) && from.raw == l4vm_owner.raw &&
                    L4_Label(tag) == RMON_NOTIFY)
                        raise(L4_StoreMR(1) & ~(uint32_t)AB_EVENT_TIMER);
        }
}
