/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own messages (manual 7): sent on behalf of a thread, whose
 * kernel code waits for the answer.  They live on the thread's kernel stack,
 * so the thread's message registers are never touched and need no saving.
 */
#include "ipc.h"
#include "sched.h"
#include "thread.h"
#include "clock.h"
#include "entry.h"
#include "ext.h"
#include "x86.h"

/* Nobody to turn to: the thread stops here until someone sets it going. */
static void halt(struct tcb *self)
{
        self->work |= WORK_HALT;
}

/* The registers but vector and error code as untyped words (thesis 3.5, A.4); how many. */
static u32 append_words(struct tcb *self, u32 *to)
{
        u32 words[1 + EXCEPTION_WORDS];

        fault_put_registers(tcb_frame(self), words);
        to[0] = words[1];
        to[1] = words[2];
        memcpy(&to[2], &words[5], (EXCEPTION_WORDS - 4) * sizeof(*to));
        return EXCEPTION_WORDS - 2;
}

/*
 * The state a message about this fault carries behind `untyped` words: items, as
 * the thread is configured, or where the kernel has no items plain words, if
 * `words`.  Returns the counts of both for the tag.
 */
static u32 append_state(struct tcb *self, u32 fault, u32 *mr, u32 untyped, bool words)
{
        u32 *to = &mr[untyped + 1];

        if (X_CTRLXFER)
                return ctrlxfer_append(self, fault, to) << TAG_TYPED_SHIFT | untyped;
        return words ? untyped + append_words(self, to) : untyped;
}

u32 kmsg_copy_fault(struct tcb *self, u32 address, bool write, u32 ip, s64 deadline)
{
        struct kmsg m;

        m.mr[1] = address;
        m.mr[2] = ip;
        m.mr[0] = LABEL(LABEL_PAGEFAULT, write ? FPAGE_W : FPAGE_R | FPAGE_X) | 2;
        return kmsg_call(&m, self->utcb[UTCB_PAGER], deadline, true, false);
}

void kmsg_page_fault(struct tcb *self, u32 address, bool write)
{
        struct tcb *to = fault_handler(self, self->utcb[UTCB_PAGER]);
        struct kmsg m;
        u32 *mr = to ? to->utcb : m.mr;

        mr[0] = LABEL(LABEL_PAGEFAULT, write ? FPAGE_W : FPAGE_R | FPAGE_X) | 2;
        mr[1] = address;
        mr[2] = tcb_frame(self)->eip;
        if (X_XPF && self->xfer_conf[LABEL_PAGEFAULT])
                mr[0] = (mr[0] & ~TAG_COUNTS) | append_state(self, LABEL_PAGEFAULT, mr, 2, true);
        if (to)
                fault_await(self, to, ANSWER_EMPTY);
        if (kmsg_call(&m, self->utcb[UTCB_PAGER], TIME_NEVER, true, true))
                halt(self);
}

/* With the state that page faults carry, too: it has the same handler. */
void kmsg_io_fault(struct tcb *self, u32 io_fpage)
{
        bool state = X_XPF && self->xfer_conf[LABEL_PAGEFAULT];
        struct kmsg m;

        m.mr[1] = io_fpage;
        m.mr[2] = tcb_frame(self)->eip;
        m.mr[0] = LABEL(LABEL_IO_FAULT, FPAGE_R | FPAGE_W) | 2;
        if (state)
                m.mr[0] =
                    (m.mr[0] & ~TAG_COUNTS) | append_state(self, LABEL_PAGEFAULT, m.mr, 2, true);
        if (kmsg_call(&m, self->utcb[UTCB_PAGER], TIME_NEVER, true, state))
                halt(self);
}

void kmsg_exception(struct tcb *self, u32 vector, u32 error)
{
        u32 handler = self->utcb[UTCB_EXC_HANDLER];
        struct tcb *to = fault_handler(self, handler);
        bool state = X_CTRLXFER && self->xfer_conf[LABEL_EXCEPTION];
        struct frame *f = tcb_frame(self);
        struct kmsg m;
        u32 *mr = to ? to->utcb : m.mr;

        f->vector = vector;
        f->error = error;
        if (state) {
                mr[1] = vector;
                mr[2] = error;
                mr[0] =
                    LABEL(LABEL_EXCEPTION, 0) | append_state(self, LABEL_EXCEPTION, mr, 2, false);
        } else {
                fault_put_registers(f, mr);
                mr[0] = LABEL(LABEL_EXCEPTION, 0) | EXCEPTION_WORDS;
        }
        if (to)
                fault_await(self, to, state ? ANSWER_EMPTY : ANSWER_REGISTERS);
        if (kmsg_call(&m, handler, TIME_NEVER, true, true))
                halt(self);
        else if (!state)
                fault_take_registers(f, m.mr);
}

static void put_time(u32 *mr)
{
        u64 now = cycles_to_us(rdtsc());

        mr[1] = (u32)now;
        mr[2] = (u32)(now >> 32);
}

/* Time, and registers where they are asked for; the fast path may have left ipc_active. */
static void put_preemption(struct tcb *self, u32 *mr, bool no_time)
{
        self->ipc_active = false;
        put_time(mr);
        mr[0] = LABEL(LABEL_PREEMPTION, no_time) |
                append_state(self, LABEL_PREEMPTION, mr, 2, X_PREEMPT_MSG && self->preempt_msg);
}

bool kmsg_preemption_of_user(struct tcb *self, struct tcb *best)
{
        struct tcb *to = fault_handler(self, self->scheduler);

        if (!to)
                return kmsg_preemption(self, false);
        put_preemption(self, to->utcb, false);
        fault_block(self, to, ANSWER_EMPTY);
        ipc_complete(to, self->space == to->space ? self->local_id : self->id);
        sched_ready_preempted(to);
        schedule_to(to->prio <= best->prio ? best : NULL);
        __builtin_unreachable(); /* whoever lets it go on begins with an empty stack */
}

void kmsg_preemption_to(struct tcb *self, struct tcb *to)
{
        put_preemption(self, to->utcb, false);
        fault_await(self, to, ANSWER_EMPTY);
}

bool kmsg_preemption(struct tcb *self, bool no_time)
{
        struct kmsg m;

        put_preemption(self, m.mr, no_time);
        /* The scheduler decides who runs next, not this message. */
        return kmsg_call(&m, self->scheduler, TIME_NEVER, false, true) == IPC_OK;
}

bool kmsg_preemption_signal(struct tcb *self)
{
        struct kmsg m;

        self->ipc_active = false;
        put_time(m.mr);
        m.mr[0] = LABEL(LABEL_PREEMPTION, 0) | 2;
        return kmsg_send(&m, self->utcb[UTCB_EXC_HANDLER]);
}

/* --- thread start (manual 2.4) -------------------------------------------------------- */

void kmsg_await_start(struct tcb *t)
{
        u32 *stack = (u32 *)tcb_frame(t) - MR_COUNT;
        u32 *pager = &t->utcb[UTCB_PAGER];
        struct tcb *from;

        t->mr = stack;
        t->kernel_msg = true;
        t->accept_state = true;
        *--stack = (u32)thread_entry;
        t->ksp = (u32)(stack - 4);
        from = thread_resolve(t->space, X_PREEMPT_MSG && t->preempt_msg ? t->scheduler : *pager);
        t->partner = from ? from->id : *pager;
        t->state = S_KWAITING;
}

void kmsg_started(void)
{
        struct tcb *self = current();
        struct frame *f = tcb_frame(self);

        self->started = true;
        if (!self->ipc_error && TAG_UNTYPED(self->mr[0]) == 2) {
                f->eip = self->mr[1];
                f->esp = self->mr[2];
        }
        self->mr = self->utcb;
        self->kernel_msg = false;
        /* Nobody started it, nor will: stay until somebody does. */
        if (self->ipc_error)
                halt(self);
}
