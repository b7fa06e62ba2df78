/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-thread limits ("limits"; thesis 3.1, 4.4, A.3): the interface.  That the
 * processor enforces them is checked under an emulator that has segment limits.
 */
#include "check.h"

#define SECTION "limits"
#define NO(i)   (L4_ThreadIdUserBase() + 600 + (i))
#define UTCB(i) (L4_ROOT_UTCB_BASE + (140 + (i)) * L4_UTCB_SIZE)

static volatile L4_Word_t limit_ds, limit_cs;

static void look(void)
{
        L4_Word_t v;

        __asm__ volatile("movl %%ds, %0; lsll %0, %0" : "=r"(v));
        limit_ds = v;
        __asm__ volatile("movl %%cs, %0; lsll %0, %0" : "=r"(v));
        limit_cs = v;
        shared[0] = 1;
        for (;;)
                L4_Yield();
}

static L4_Word_t set(L4_ThreadId_t t, L4_Word_t limit)
{
        return L4_ThreadControlLimit(t, self, self, task_pager(),
                                     L4_UTCB_LEAVE_LIMIT | L4_UTCB_PERMIT, limit);
}

void area_limits(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        shared[0] = 0;
        check(set(t, 0xBFFFF) == 1, SECTION, "limits: a limit of 3 GB can be set");
        task_start(t, look);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1, SECTION, "limits: the thread runs under it");
        check(limit_ds == 0xBFFFFFFF, SECTION,
              "limits: its data segment ends at 4K * (limit + 1) - 1");
        check(limit_cs == 0xBFFFFFFF, SECTION, "limits: and so does its code segment");
        task_delete_all();

        t = task_thread(L4_nilthread, look);
        L4_Sleep(BRIEFLY);
        check(limit_ds == 0xFFFFFFFF || limit_ds == 0xBFFFFFFF, SECTION,
              "limits: a thread without a limit is not limited");
        check(set(t, L4_LIMIT_NONE) == 1, SECTION, "limits: -1 is no limit");
        task_delete_all();
        t = L4_GlobalId(NO(0), 1);
        check(L4_ThreadControl(t, self, self, task_pager(), UTCB(0)) == 1, SECTION,
              "limits: a call that asks for none works as ever");
        L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
}
