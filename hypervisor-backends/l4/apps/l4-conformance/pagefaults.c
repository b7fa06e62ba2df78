/* SPDX-License-Identifier: BSD-2-Clause */
/* Page-fault messages and their answers [7.5]. */
#include "check.h"

#define FAR 0x30000000u

static volatile L4_Word_t where, what;
extern char pf_read_at[], pf_write_at[];

static void faulter(void)
{
        L4_Word_t v;

        if (what == L4_FPAGE_W)
                __asm__ volatile("pf_write_at: movl %0, (%1)"
                                 :
                                 : "r"(0xABCD), "r"(where)
                                 : "memory");
        else if (what == L4_FPAGE_R) {
                __asm__ volatile("pf_read_at: movl (%1), %0" : "=r"(v) : "r"(where));
                shared[1] = v;
        } else
                ((void (*)(void))where)();
        shared[0] = 1;
        for (;;)
                ;
}

static L4_Word_t mr[L4_NUM_MRS];

static L4_ThreadId_t fault(L4_Word_t access, L4_Word_t address, L4_MsgTag_t *tag)
{
        L4_ThreadId_t t = task_space_waiting(self);

        what = access;
        where = address;
        shared[0] = 0;
        start_by_message(t, faulter, task_stack(t));
        *tag = next_event(t, mr);
        return t;
}

static void messages(void)
{
        L4_MsgTag_t tag;

        fault(L4_FPAGE_R, FAR + 0x123, &tag);
        check((L4_Label(tag) & 0xFFF0) == L4_LABEL_PAGEFAULT && L4_UntypedWords(tag) == 2, "7.5",
              "page faults: label -2 and two words");
        check((tag.raw & 0xFFFF) == 2, "7.5", "page faults: no typed items and no flags");
        check((L4_Label(tag) & L4_FPAGE_R) != 0 && !(L4_Label(tag) & L4_FPAGE_W), "7.5",
              "page faults: a read asks for r");
        check(mr[1] == FAR + 0x123, "7.5", "page faults: the faulting address");
        check(mr[2] == (L4_Word_t)pf_read_at, "7.5", "page faults: the faulting IP");
        task_delete_all();
        fault(L4_FPAGE_W, FAR, &tag);
        check((L4_Label(tag) & L4_FPAGE_W) != 0, "7.5", "page faults: a write asks for w");
        check(mr[2] == (L4_Word_t)pf_write_at, "7.5", "page faults: its IP");
        task_delete_all();
        fault(L4_FPAGE_X, FAR + 0x10, &tag);
        check((L4_Label(tag) & 0xFFF0) == L4_LABEL_PAGEFAULT && mr[1] == FAR + 0x10, "7.5",
              "page faults: a jump to nowhere");
        check(mr[2] == FAR + 0x10, "7.5", "page faults: its IP is its address");
        task_delete_all();
}

static void answers(void)
{
        L4_MsgTag_t tag;
        L4_ThreadId_t t = fault(L4_FPAGE_R, FAR, &tag);

        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call_Timeouts(t, L4_ZeroTime, PATIENCE);
        check(L4_StoreMR(1) == FAR, "7.5", "page faults: an empty answer lets it fault again");
        *(L4_Word_t *)arena = 0x5E6;
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_R), FAR);
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(shared[0] == 1 && shared[1] == 0x5E6, "7.5", "page faults: a mapping lets it go on");
        task_delete_all();

        t = fault(L4_FPAGE_W, FAR + 8, &tag);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_R), FAR);
        tag = L4_Call_Timeouts(t, L4_ZeroTime, PATIENCE);
        check((L4_Label(tag) & L4_FPAGE_W) != 0 && L4_StoreMR(1) == FAR + 8, "7.5",
              "page faults: a write to a page mapped read-only faults again");
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_RWX), FAR);
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(shared[0] == 1 && *(volatile L4_Word_t *)(arena + 8) == 0xABCD, "7.5",
              "page faults: until it is mapped writable");
        task_delete_all();
}

/* The message registers of a thread survive its own page faults. */
static void preserving(void)
{
        L4_Word_t *utcb = L4_Utcb();

        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                utcb[i] = 0x70000000 + i;
        L4_LoadBR(0, 0x1230);
        (void)*(volatile L4_Word_t *)where;
        shared[0] = 0;
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                shared[0] += utcb[i] != 0x70000000 + i;
        shared[1] = L4_StoreBR(0);
        shared[2] = 1;
        for (;;)
                ;
}

static void preservation(void)
{
        L4_ThreadId_t t = task_space_waiting(self);
        L4_MsgTag_t tag;

        where = FAR;
        shared[2] = 0;
        start_by_message(t, preserving, task_stack(t));
        tag = next_event(t, mr);
        check(mr[1] == FAR && L4_IpcSucceeded(tag), "7.5",
              "page faults: a thread faults between calls");
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_R), FAR);
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(shared[2] == 1 && shared[0] == 0, "7.5", "page faults: message registers survive");
        check(shared[1] == 0x1230, "7.5", "page faults: the acceptor survives");
        task_delete_all();
}

static void kernel_space(void)
{
        static const L4_Word_t places[] = {0xC0000000, 0xDF000010, 0xE0000000, 0xF0100000,
                                           0xFFFFFFF0};
        unsigned int good = 0;

        if (check_fatal("7.5", "page faults: an address from 3 GB on is never reached"))
                return;
        for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
                L4_MsgTag_t tag;

                fault(i & 1 ? L4_FPAGE_W : L4_FPAGE_R, places[i], &tag);
                /* A fault message, or the thread is stopped: never access, never a hang. */
                good += shared[0] == 0 && (L4_IpcFailed(tag) || mr[1] == places[i] ||
                                           L4_Label(tag) == L4_LABEL_EXCEPTION);
                task_delete_all();
        }
        check(good == sizeof(places) / sizeof(places[0]), "7.5",
              "page faults: an address from 3 GB on is never reached");
}

static void no_pager(void)
{
        L4_ThreadId_t t;

        if (check_fatal("7.5", "page faults: a fault without a pager halts the thread"))
                return;
        what = L4_FPAGE_R;
        where = FAR;
        shared[0] = 0;
        t = task_thread_waiting(L4_nilthread, task_pager());
        {
                struct L4_ExRegs r = {.control = L4_EXREGS_PAGER, .pager = L4_nilthread};

                task_start(t, faulter);
                L4_ExchangeRegisters(t, &r);
        }
        L4_Sleep(BRIEFLY);
        check(shared[0] == 0 && L4_OtherId(t).raw == task_local_id(t).raw, "7.5",
              "page faults: a fault without a pager halts the thread");
        task_delete_all();
}

void area_pagefaults(void)
{
        messages();
        answers();
        preservation();
        kernel_space();
        no_pager();
}
