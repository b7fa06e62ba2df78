/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt thread as a task of its own, in a small space: a switch to it and back
 * changes no page directory.  Such a space begins at 0 and ends at 4 MB, where no wedge is; so this
 * is a program of its own, linked low (small.lds), that has a page in common with the wedge.
 */
#include <l4xvm.h>
#include "colocated.h"

enum { TEXT_MR = 13 };

uint8_t co_small_stack[L4VM_CO_STACK] __attribute__((aligned(16)));
struct backend_machine l4vm_machine; /* of which nothing but the clock's speed is asked */

/* As the wedge's, to the resource monitor alone: there are no registers to tell. */
void backend_fatal(const char *text)
{
        uint32_t n = strlen(text);

        l4vm.held = 1;
        for (;;) {
                memset(L4_Utcb() + 1, 0, TEXT_MR * sizeof(L4_Word_t));
                L4_LoadMR(1, n);
                memcpy(L4_Utcb() + TEXT_MR, text, n);
                L4_Set_MsgTag(L4_Tag(RMON_VM_FATAL, TEXT_MR - 1 + (n + 3) / 4, 0));
                L4_Call(l4vm_owner);
        }
}

void co_small_main(void)
{
        co_interrupt_begin();
        co_interrupts();
}
