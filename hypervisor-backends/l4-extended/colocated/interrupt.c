/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt thread.  It hears the resource monitor,
 * notes events where every space sees them, and sees to it that the kernel thread
 * that runs takes them.  What an application does meanwhile is its kernel thread's business:
 * whenever this thread has run, the application has been preempted, and the kernel thread
 * told so.
 *
 * It is the scheduler of the kernel threads: where they have time slices of zero they tell
 * when they are without time.
 *
 * It runs in the master space (master.c), or as a program of its own (small.c): of the wedge's
 * data it uses nothing but l4vm.
 */
#include <l4xvm.h>
#include <timer.h>
#include "colocated.h"

enum { SEND_US = 1000, RETRY_US = 1000 };

L4_ThreadId_t l4vm_owner;

static bool retry; /* an event could not be delivered yet */

/*
 * It waits for an event, or is about to.  If it has just run out of time before, it sends to
 * us: then once more, when that has been heard.  It may run before this thread goes on, so
 * `waiting' is cleared first, and not behind the message, when it may wait for the next one: who
 * clears it decides (backend_wait()).  If we did it goes nowhere without our message, and what was
 * not sent is said to be wanted again.
 */
static void wake(void)
{
        L4_Time_t limit = l4xvm_is_wanting() ? L4_ZeroTime : L4_TimePeriod(SEND_US);

        if (!__atomic_exchange_n(&l4vm.waiting, 0, __ATOMIC_SEQ_CST))
                return;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (L4_IpcFailed(L4_Send_Timeout(co_thread(l4vm.current, L4VM_CO_KERNEL), limit))) {
                l4vm.waiting = 1;
                retry = true;
        }
}

/*
 * A kernel thread that holds events or is in a call takes them when it is done; else the pager
 * beside it moves it.  A pager that cannot be reached just now is serving a fault, and looks
 * for events behind that, or has just looked: then once more.
 */
static void deliver(void)
{
        retry = false;
        if (l4vm.waiting) {
                wake();
        } else if (l4vm.running || (!l4vm.held && !l4vm.busy)) {
                L4_Set_MsgTag(L4_Tag(CO_OP_EVENT, 0, 0));
                retry = L4_IpcFailed(L4_Reply(co_thread(l4vm.current, L4VM_CO_PAGER)));
        }
}

/* The first space; its kernel thread begins in l4vm_main(). */
static void start_first(void)
{
        L4_Set_MsgTag(L4_Tag(RMON_VM_COLOCATED, 1, 0));
        L4_LoadMR(1, 0);
        if (L4_IpcFailed(L4_Call(l4vm_owner)) || L4_StoreMR(1))
                backend_fatal("the resource monitor gives no address space: this layout needs a "
                              "kernel with thread limits");
        L4_Set_MsgTag(L4_Tag(CO_OP_START, 1, 0));
        L4_LoadMR(1, 0);
        L4_Call(l4vm_thread(L4VM_HELPER));
}

static void heard(L4_ThreadId_t from, L4_MsgTag_t tag)
{
        if (l4xvm_is_preemption(tag)) {
                l4xvm_want_time(from);
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Reply(from);
        } else if (!l4xvm_runs(from, tag) && from.raw == l4vm_owner.raw &&
                   L4_Label(tag) == RMON_NOTIFY) {
                /* the timer's is raised already */
                l4vm_raise(L4_StoreMR(1) & ~(uint32_t)AB_EVENT_TIMER);
        }
}

void co_interrupt_begin(void)
{
        L4_Init();
        l4vm_owner = L4_Pager();
        L4_Set_ExceptionHandler(l4vm_owner);
        L4_Accept(L4_Nilpage, 0);
        l4vm_machine.counter_khz = L4_ProcessorKHz();
        l4vm.alarms = (uint32_t)L4_HasAlarm();
}

void co_interrupts(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        start_first();
        for (;;) {
                tag = L4_Wait_Timeout(l4vm.events && retry ? L4_TimePeriod(RETRY_US) : L4_Never,
                                      &from);
                if (!L4_IpcFailed(tag))
                        heard(from, tag);
                l4vm_timer_look();
                if (l4vm.events)
                        deliver();
        }
}
