/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadControl (manual 2.4): create, change, activate and delete threads,
 * and tie interrupts to handlers.
 */
#include "thread.h"
#include "sched.h"
#include "ipc.h"
#include "irq.h"
#include "ext.h"

#define UTCB_KEEP      L4_UTCB_LEAVE
/* Extension (thesis A.3): bits of the aligned UTCB word, and "leave it" with them. */
#define UTCB_HAS_LIMIT ((u32)L4_UTCB_LIMIT)  /* EBX holds a limit */
#define UTCB_PERMIT    ((u32)L4_UTCB_PERMIT) /* L4 calls stay allowed */
#define UTCB_BITS      (UTCB_HAS_LIMIT | UTCB_PERMIT)
#define UTCB_KEEP_BASE (L4_UTCB_LEAVE_LIMIT & ~UTCB_BITS)

struct request {
        u32 dest, space, scheduler, pager, utcb;
        bool has_limit, permit;
        u32 limit;
};

/* Is this block free and inside the UTCB area?  Its local id, or 0. */
static u32 utcb_local_id(struct space *s, u32 block)
{
        if ((block & (UTCB_SIZE - 1)) || !fpage_contains(s->utcb_area, block, UTCB_SIZE))
                return 0;
        for (struct link *l = s->threads.next; l != &s->threads; l = l->next) {
                if (TCB_OF(l, in_space)->local_id == block + UTCB_OFFSET)
                        return 0;
        }
        return block + UTCB_OFFSET;
}

static bool space_ready(const struct space *s)
{
        return !fpage_is_nil(s->utcb_area) && !fpage_is_nil(s->kip_area);
}

/* Move an inactive thread, or refuse; threads with UTCBs stay where they are. */
static u32 change_space(struct tcb *t, struct space *to)
{
        struct space *from = t->space;

        if (from == to)
                return 0;
        if (t->activated)
                return ERR_INVALID_SPACE;
        link_remove(&t->in_space);
        from->thread_count--;
        link_add_tail(&to->threads, &t->in_space);
        to->thread_count++;
        t->space = to;
        t->pd = space_cr3(to);
        if (X_BOUNDS)
                bounds_update(t);
        if (!from->thread_count)
                space_destroy(from);
        return 0;
}

static u32 apply(struct tcb *t, const struct request *r)
{
        struct tcb *scheduler = NULL;
        u32 local_id = 0;

        if (r->scheduler != ID_NIL) {
                scheduler = thread_resolve(current()->space, r->scheduler);
                if (!scheduler)
                        return ERR_INVALID_SCHEDULER;
        }
        if (r->utcb != UTCB_KEEP && !t->activated && !space_ready(t->space)) {
                /* Kept until the space has its UTCB area and the thread is activated. */
                if (r->pager != ID_NIL)
                        return ERR_UTCB_AREA;
                t->utcb_asked = r->utcb;
        } else if (!t->activated && space_ready(t->space) &&
                   (r->utcb != UTCB_KEEP || t->utcb_asked)) {
                local_id = utcb_local_id(t->space, r->utcb != UTCB_KEEP ? r->utcb : t->utcb_asked);
                if (!local_id)
                        return ERR_UTCB_AREA;
                if (r->utcb != UTCB_KEEP)
                        t->utcb_asked = r->utcb;
        } else if (r->utcb != UTCB_KEEP && t->local_id != (r->utcb) + UTCB_OFFSET) {
                return ERR_UTCB_AREA;
        }
        if (r->pager != ID_NIL && !t->activated && !local_id)
                return ERR_UTCB_AREA;
        if (X_LIMITS && r->has_limit && !limits_set(t, r->limit, r->permit))
                return ERR_INVALID_PARAM;
        if (scheduler)
                t->scheduler = scheduler->id;
        if (t->activated) {
                if (r->pager != ID_NIL)
                        t->utcb[UTCB_PAGER] = r->pager;
        } else if (local_id && r->pager != ID_NIL) {
                if (!thread_activate(t, local_id, r->pager))
                        return ERR_NO_MEM;
        }
        return 0;
}

static u32 create(const struct request *r)
{
        struct tcb *existing = thread_table[id_number(r->dest)], *t;
        struct tcb *in = thread_resolve(current()->space, r->space);
        struct space *space;
        u32 error;

        if (existing != &nobody_tcb)
                return ERR_INVALID_THREAD;
        if (r->scheduler == ID_NIL)
                return ERR_INVALID_SCHEDULER;
        if (r->space != r->dest && (!in || in->is_irq))
                return ERR_INVALID_SPACE;
        if (r->space == r->dest && r->pager != ID_NIL)
                return ERR_UTCB_AREA; /* a new space has no UTCB area yet */
        space = r->space == r->dest ? space_create() : in->space;
        if (!space)
                return ERR_NO_MEM;
        t = thread_create(r->dest, space, ID_NIL);
        if (!t) {
                if (!space->thread_count)
                        space_destroy(space);
                return ERR_NO_MEM;
        }
        error = apply(t, r);
        if (error) {
                thread_delete(t);
                if (!space->thread_count)
                        space_destroy(space);
        }
        return error;
}

static u32 modify(struct tcb *t, const struct request *r)
{
        struct tcb *in = thread_resolve(current()->space, r->space);
        u32 error;

        if (r->space == r->dest && t->id != r->dest)
                in = t; /* a new version, in the space it is in */
        if (!in || in->is_irq)
                return ERR_INVALID_SPACE;
        error = change_space(t, in->space);
        if (error)
                return error;
        error = apply(t, r);
        if (!error && t->id != r->dest)
                thread_rename(t, r->dest);
        return error;
}

static u32 destroy(struct tcb *t)
{
        struct space *s = t->space;

        if (t == current())
                return ERR_INVALID_THREAD;
        if (s == sigma0_space && s->thread_count == 1)
                return ERR_INVALID_THREAD;
        thread_delete(t);
        if (!s->thread_count)
                space_destroy(s);
        return 0;
}

void sys_thread_control(struct frame *f)
{
        struct request r = {f->eax, f->esi, f->edx, f->ecx, f->edi, false, false, 0};
        u32 number = id_number(r.dest), error;
        struct tcb *t;

        if (!sys_privileged(f))
                return;
        if (X_LIMITS && r.utcb != UTCB_KEEP && (r.utcb & UTCB_HAS_LIMIT)) {
                r.has_limit = true;
                r.permit = r.utcb & UTCB_PERMIT;
                r.limit = f->ebx;
                r.utcb &= ~UTCB_BITS;
                if (r.utcb == UTCB_KEEP_BASE)
                        r.utcb = UTCB_KEEP;
        }
        if (id_is_local(r.dest)) {
                t = thread_resolve(current()->space, r.dest);
                if (r.space == r.dest && t)
                        r.space = t->id;
                r.dest = t ? t->id : ID_NIL;
                number = id_number(r.dest);
        }
        if (!r.dest || number >= THREAD_COUNT || (number >= IRQ_COUNT && number < USER_BASE)) {
                sys_error(f, ERR_INVALID_THREAD);
                return;
        }
        t = thread_table[number];
        if (number < IRQ_COUNT)
                error = irq_control(r.dest, r.space, r.pager);
        else if (r.space == ID_NIL)
                error = t != &nobody_tcb ? destroy(t) : ERR_INVALID_THREAD;
        else if (t == &nobody_tcb)
                error = create(&r);
        else
                error = modify(t, &r);
        if (error)
                sys_error(f, error);
        else
                f->eax = 1;
}
