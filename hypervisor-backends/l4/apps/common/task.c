/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, spaces and the pager of the test programs.
 *
 * A thread number is used again under the next version, so that a test that
 * makes thousands of threads needs memory for no more than TASK_THREADS.
 */
#include <l4/sigma0.h>
#include "task.h"

#define LABEL_START   0x100 /* to the pager: MR1 thread, MR2 IP, MR3 SP */
#define LOW_UTCB_BITS 16    /* room for all slots */

extern char l4_image_start[], l4_image_end[];

struct slot {
        L4_ThreadId_t id;    /* nilthread: free */
        L4_ThreadId_t space; /* first thread of its space; nilthread: the root space */
        L4_Word_t version;
        int low; /* its space has KIP and UTCBs at TASK_LOW_KIP and above */
        void (*fn)(void);
};

static struct slot slots[TASK_THREADS];
static uint8_t stacks[TASK_THREADS][TASK_STACK] __attribute__((aligned(4096)));
static uint8_t pager_stack[4096] __attribute__((aligned(4096)));
static L4_ThreadId_t pager, root;
volatile L4_Word_t task_bad_fault, task_bad_faults;

/* The root space's first UTCB belongs to main, the second to the pager. */
static L4_Word_t slot_utcb(unsigned int i)
{
        return (slots[i].low ? TASK_LOW_UTCB : L4_ROOT_UTCB_BASE) + (i + 2) * L4_UTCB_SIZE;
}

static unsigned int slot_of(L4_ThreadId_t t)
{
        return L4_ThreadNo(t) - L4_ThreadNo(pager) - 1;
}

L4_Word_t task_stack(L4_ThreadId_t t)
{
        return (L4_Word_t)stacks[slot_of(t)] + TASK_STACK - 16;
}

L4_ThreadId_t task_local_id(L4_ThreadId_t t)
{
        return (L4_ThreadId_t){slot_utcb(slot_of(t)) + L4_UTCB_LOCALID};
}

L4_ThreadId_t task_pager(void)
{
        return pager;
}

/* Make the page ours with all rights, so that it can be mapped on. */
static void touch(L4_Word_t addr)
{
        __asm__ volatile("lock; addb $0, %0" : "+m"(*(volatile uint8_t *)addr) : : "cc");
}

int task_serve_fault(L4_Word_t addr)
{
        if (addr < (L4_Word_t)l4_image_start || addr >= (L4_Word_t)l4_image_end) {
                task_bad_fault = addr;
                task_bad_faults++;
                return 0;
        }
        touch(addr);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights(addr, L4_FPAGE_RWX), addr);
        return 1;
}

/* Handle one message; true when the MRs hold an answer. */
static int pager_serve(L4_MsgTag_t tag)
{
        L4_Word_t mr1 = L4_StoreMR(1), mr2 = L4_StoreMR(2), mr3 = L4_StoreMR(3);

        switch (L4_Label(tag)) {
        case LABEL_START:
                L4_Set_MsgTag(L4_Tag(0, 2, 0));
                L4_LoadMR(1, mr2);
                L4_LoadMR(2, mr3);
                L4_Send_Timeout((L4_ThreadId_t){mr1}, L4_TimePeriod(1000000));
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                return 1;
        case L4_LABEL_IOFAULT_RW: {
                L4_Fpage_t f = L4_FpageAddRights((L4_Fpage_t){mr1}, L4_FPAGE_RWX);

                L4_Sigma0_GetPage(L4_Sigma0(), f);
                L4_Set_MsgTag(L4_Tag(0, 0, 2));
                L4_LoadMapItem(1, f, 0);
                return 1;
        }
        }
        if ((L4_Label(tag) & 0xFFF0) == L4_LABEL_PAGEFAULT)
                return task_serve_fault(mr1);
        return 0;
}

static void pager_main(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        L4_Accept(L4_Nilpage, 0);
        tag = L4_Wait(&from);
        for (;;) {
                if (L4_IpcSucceeded(tag) && pager_serve(tag))
                        tag = L4_ReplyWait(from, &from);
                else
                        tag = L4_Wait(&from);
        }
}

void task_init(void)
{
        /* Some sigma0s give a page on a fault only to the root task itself. */
        /* cppcheck-suppress comparePointers ; Both are the linker's */
        for (char *p = l4_image_start; p < l4_image_end; p += L4_PAGE_SIZE)
                touch((L4_Word_t)p);
        root = L4_MyGlobalId();
        pager = L4_GlobalId(L4_ThreadNo(root) + 1, 1);
        L4_ThreadControl(pager, root, root, L4_Sigma0(), L4_ROOT_UTCB_BASE + L4_UTCB_SIZE);
        L4_Set_Priority(pager, L4_SCHED_PRIO_MAX);
        L4_Start((L4_ThreadId_t){L4_ROOT_UTCB_BASE + L4_UTCB_SIZE + L4_UTCB_LOCALID},
                 (L4_Word_t)pager_stack + sizeof(pager_stack) - 16, (L4_Word_t)pager_main);
}

/* First code of every thread: find its function and never return from it. */
static void thread_start(void)
{
        slots[slot_of(L4_MyGlobalId())].fn();
        for (;;)
                L4_Sleep(L4_Never);
}

/* Reserve a slot; the thread gets a fresh version of the slot's number. */
static struct slot *slot_alloc(void)
{
        for (unsigned int i = 0; i < TASK_THREADS; i++) {
                struct slot *s = &slots[i];

                if (!L4_IsNilThread(s->id))
                        continue;
                do
                        s->version = (s->version + 1) & L4_TID_VERSION_MASK;
                while (!(s->version & L4_TID_LOCAL_MASK));
                s->id = L4_GlobalId(L4_ThreadNo(pager) + 1 + i, s->version);
                s->space = L4_nilthread;
                s->low = 0;
                return s;
        }
        return NULL;
}

static L4_ThreadId_t give_up(struct slot *s)
{
        s->id = L4_nilthread;
        return L4_nilthread;
}

L4_ThreadId_t task_thread_waiting(L4_ThreadId_t space, L4_ThreadId_t its_pager)
{
        L4_ThreadId_t in = L4_IsNilThread(space) ? root : space;
        struct slot *s = slot_alloc();

        if (!s)
                return L4_nilthread;
        s->space = space;
        s->low = !L4_IsNilThread(space) && slots[slot_of(space)].low;
        if (!L4_ThreadControl(s->id, in, root, its_pager, slot_utcb((unsigned int)(s - slots))))
                return give_up(s);
        return s->id;
}

/* A new space whose first thread waits; small with this id, or large if it is 0. */
static L4_ThreadId_t new_space(L4_ThreadId_t its_pager, L4_Word_t small, L4_Word_t account)
{
        struct slot *s = slot_alloc();
        L4_Fpage_t kip = L4_FpageLog2(small ? TASK_LOW_KIP : L4_ROOT_KIP_BASE, L4_PAGE_BITS);
        L4_Fpage_t utcb = small ? L4_FpageLog2(TASK_LOW_UTCB, LOW_UTCB_BITS)
                                : L4_FpageLog2(L4_ROOT_UTCB_BASE, L4_ROOT_UTCB_BITS);
        L4_Word_t control = (small ? L4_SPACECTL_SMALL | small : 0) | account;

        if (!s)
                return L4_nilthread;
        s->low = small != 0;
        s->space = s->id;
        if (!L4_ThreadControl(s->id, s->id, root, L4_nilthread, L4_UTCB_LEAVE))
                return give_up(s);
        if (!L4_SpaceControl(s->id, control, kip, utcb, L4_nilthread, &control) ||
            (small && !(control & L4_SPACECTL_SMALL)) ||
            !L4_ThreadControl(s->id, s->id, root, its_pager,
                              slot_utcb((unsigned int)(s - slots)))) {
                L4_ThreadControl(s->id, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
                return give_up(s);
        }
        return s->id;
}

L4_ThreadId_t task_space_waiting(L4_ThreadId_t its_pager)
{
        return new_space(its_pager, 0, 0);
}

L4_ThreadId_t task_small_space_waiting(L4_Word_t id)
{
        return new_space(pager, id, 0);
}

L4_ThreadId_t task_account_waiting(L4_Word_t account, L4_Word_t pages)
{
        return new_space(pager, 0, L4_SpaceCtlAccount(account, pages));
}

void task_start(L4_ThreadId_t t, void (*fn)(void))
{
        slots[slot_of(t)].fn = fn;
        L4_Set_MsgTag(L4_Tag(LABEL_START, 3, 0));
        L4_LoadMR(1, t.raw);
        L4_LoadMR(2, (L4_Word_t)thread_start);
        L4_LoadMR(3, task_stack(t));
        L4_Call(pager);
}

L4_ThreadId_t task_thread(L4_ThreadId_t space, void (*fn)(void))
{
        L4_ThreadId_t t = task_thread_waiting(space, pager);

        if (!L4_IsNilThread(t))
                task_start(t, fn);
        return t;
}

L4_ThreadId_t task_space(void (*fn)(void))
{
        L4_ThreadId_t t = task_space_waiting(pager);

        if (!L4_IsNilThread(t))
                task_start(t, fn);
        return t;
}

void task_delete(L4_ThreadId_t t)
{
        struct slot *s = &slots[slot_of(t)];

        if (L4_IsNilThread(t) || !L4_IsThreadEqual(s->id, t))
                return;
        L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
        s->id = L4_nilthread;
}

void task_delete_all(void)
{
        for (unsigned int i = TASK_THREADS; i-- > 0;)
                task_delete(slots[i].id);
}
