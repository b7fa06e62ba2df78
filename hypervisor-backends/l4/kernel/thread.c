/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: ids, creation, deletion.
 */
#include "thread.h"
#include "sched.h"
#include "ipc.h"
#include "memory.h"
#include "fpu.h"
#include "irq.h"
#include "ext.h"

struct tcb *thread_table[ID_NUMBERS];
struct tcb nobody_tcb;

static struct link all_threads = {&all_threads, &all_threads};

void thread_init(void)
{
        for (u32 i = 0; i < ID_NUMBERS; i++)
                thread_table[i] = &nobody_tcb;
        link_init(&nobody_tcb.senders);
}

struct tcb *thread_find(u32 id)
{
        struct tcb *t;

        t = thread_table[id_number(id)];
        return t->id == id && id ? t : NULL;
}

struct tcb *thread_resolve(struct space *space, u32 id)
{
        struct tcb *t;
        u32 *utcb;

        if (!id_is_local(id))
                return thread_find(id);
        /* A local id is the address of a UTCB, which holds the global one. */
        utcb = space_utcb_word(space, id);
        if (!utcb)
                return NULL;
        t = thread_find(utcb[UTCB_GLOBAL_ID]);
        return t && t->space == space && t->local_id == id ? t : NULL;
}

struct tcb *thread_create(u32 id, struct space *space, u32 scheduler)
{
        struct tcb *t = page_take();

        if (!t && space_reclaim_tables(NULL))
                t = page_take();
        if (!t)
                return NULL;
        /* The rest is the stack, which begins below the frame. */
        memset(t, 0, sizeof(*t));
        memset(tcb_frame(t), 0, sizeof(struct frame));
        t->id = id;
        t->state = S_INACTIVE;
        t->space = space;
        t->pd = space_cr3(space);
        t->scheduler = scheduler;
        link_init(&t->senders);
        link_init(&t->sending);
        sched_thread_init(t, 100);
        link_add_tail(&space->threads, &t->in_space);
        link_add_tail(&all_threads, &t->in_all);
        space->thread_count++;
        thread_table[id_number(id)] = t;
        if (X_BOUNDS)
                bounds_update(t);
        return t;
}

/* A page of UTCBs comes into being with the first UTCB in it. */
static bool utcb_install(struct tcb *t, u32 local_id)
{
        u32 page = local_id & ~(PAGE_SIZE - 1);
        bool large;
        u32 *pte = space_pte(t->space, page, &large);

        if (!pte || !(*pte & PTE_P)) {
                struct account *a = t->space->account;
                void *memory = account_page_reclaiming(a);

                if (!memory)
                        return false;
                if (!space_map_kernel_page(t->space, page, virt_to_phys(memory), true)) {
                        account_free(a, memory);
                        return false;
                }
        }
        t->utcb = space_utcb_word(t->space, local_id);
        return t->utcb != NULL;
}

bool thread_activate(struct tcb *t, u32 local_id, u32 pager)
{
        struct frame *f = tcb_frame(t);

        if (!utcb_install(t, local_id))
                return false;
        memset((u8 *)t->utcb - UTCB_OFFSET, 0, UTCB_SIZE);
        t->local_id = local_id;
        t->utcb[UTCB_GLOBAL_ID] = t->id;
        t->utcb[UTCB_PAGER] = pager;
        t->utcb[-1] = 0;
        t->mr = t->utcb;
        memset(f, 0, sizeof(*f));
        f->cs = SEL_UCODE;
        f->ss = f->ds = f->es = f->fs = SEL_UDATA;
        f->gs = SEL_UTCB;
        f->way_out = EXIT_IRET;
        f->eflags = USER_EFLAGS;
        t->activated = true;
        t->space->active++;
        kmsg_await_start(t);
        return true;
}

/*
 * Partners of t end their IPC with it: those that queue to send, and those
 * that wait for exactly this id, which will not come back.
 */
static void release_partners(struct tcb *t)
{
        while (!link_alone(&t->senders)) {
                struct tcb *s = TCB_OF(t->senders.next, sending);

                link_remove(&s->sending);
                timeout_clear(s);
                if (s->is_irq) {
                        s->state = S_HALTED;
                        continue;
                }
                s->ipc_error = IPC_NON_EXISTING;
                sched_ready(s);
        }
        /* Proportional to the threads there are; the fast path keeps no list of these. */
        for (struct link *l = all_threads.next; l != &all_threads; l = l->next) {
                struct tcb *w = TCB_OF(l, in_all);

                if (w->partner == t->id)
                        ipc_partner_gone(w);
        }
}

void thread_rename(struct tcb *t, u32 id)
{
        release_partners(t);
        thread_table[id_number(t->id)] = &nobody_tcb;
        t->id = id;
        thread_table[id_number(id)] = t;
        if (t->utcb)
                t->utcb[UTCB_GLOBAL_ID] = id;
}

void thread_delete(struct tcb *t)
{
        ipc_drop(t);
        t->state = S_NONE;
        release_partners(t);
        irq_drop_handler(t);
        sched_thread_drop(t);
        fpu_drop(t);
        if (X_BOUNDS)
                bounds_forget(t);
        thread_table[id_number(t->id)] = &nobody_tcb;
        link_remove(&t->in_space);
        link_remove(&t->in_all);
        t->space->thread_count--;
        if (t->activated)
                t->space->active--;
        page_free(t);
}
