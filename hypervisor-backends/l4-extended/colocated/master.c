/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The master space, in which a machine begins: alone in it is the interrupt thread.  Or that
 * leaves it for a small space, with a program of its own that the wedge carries.
 */
#include <l4xvm.h>
#include <timer.h>
#include "colocated.h"
#include "policy.h"

/* It ends here, and begins again there. */
static void become_small(void)
{
        L4_LoadMR(1, (L4_Word_t)co_small_program);
        L4_LoadMR(2, (L4_Word_t)co_small_program_end - (L4_Word_t)co_small_program);
        if (l4vm_request(RMON_VM_SMALL, 2))
                backend_fatal("the resource monitor gives no small space: without=master needs a "
                              "kernel with them");
}

void l4vm_monitor_main(void)
{
        co_interrupt_begin();
        l4vm_machine.user_bounded = co_limits();
        l4vm_machine.flushes = !co_compares();
        l4vm.user_tells = co_hears_preemptions();
        l4vm_share();
        if (!co_has_master())
                become_small();
        co_interrupts();
}
