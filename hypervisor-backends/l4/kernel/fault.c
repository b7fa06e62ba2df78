/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults the short way.  Mostly the handler of a fault is waiting for just
 * that, in its own Ipc.  Then the message is written from the faulting
 * thread's registers straight into the handler's message registers, and the
 * registers of a reply straight back: there is no copy in between, as thesis
 * 4.3 proposed.  When the handler is busy the registers are copied as they are
 * at the fault (kmsg.c), so that the message tells of the fault whatever
 * ExchangeRegisters changes before it is taken.
 *
 * A preemption message of a thread that was in user code goes the same way (kmsg.c), but for
 * who runs then.
 *
 * A thread that waits for the answer to such a message has nothing on its
 * kernel stack.  Whoever answers by the long way (ipc.c) finds a buffer for
 * message registers there, and fault_continue() to let the thread go on.
 */
#include "ipc.h"
#include "mapdb.h"
#include "sched.h"
#include "thread.h"
#include "entry.h"
#include "ext.h"
#include "x86.h"

/* --- the registers of an exception message (manual, IA-32 appendix) -------------------- */

static const u8 registers[EXCEPTION_WORDS] = {
    offsetof(struct frame, eip) / 4,    offsetof(struct frame, eflags) / 4,
    offsetof(struct frame, vector) / 4, offsetof(struct frame, error) / 4,
    offsetof(struct frame, edi) / 4,    offsetof(struct frame, esi) / 4,
    offsetof(struct frame, ebp) / 4,    offsetof(struct frame, esp) / 4,
    offsetof(struct frame, ebx) / 4,    offsetof(struct frame, edx) / 4,
    offsetof(struct frame, ecx) / 4,    offsetof(struct frame, eax) / 4,
};

void fault_put_registers(const struct frame *f, u32 *mr)
{
        const u32 *words = (const u32 *)f;

#pragma GCC unroll 12
        for (u32 i = 0; i < EXCEPTION_WORDS; i++)
                mr[i + 1] = words[registers[i]];
}

/* The vector and the error code of a reply change nothing, nor do flags that are not the user's. */
void fault_take_registers(struct frame *f, const u32 *mr)
{
        u32 *words = (u32 *)f, count = TAG_UNTYPED(mr[0]), flags = f->eflags;

        if (count >= EXCEPTION_WORDS) {
#pragma GCC unroll 12
                for (u32 i = 0; i < EXCEPTION_WORDS; i++)
                        words[registers[i]] = mr[i + 1];
        } else {
                for (u32 i = 0; i < count; i++)
                        words[registers[i]] = mr[i + 1];
        }
        f->eflags = (flags & ~EFLAGS_USER) | (f->eflags & EFLAGS_USER);
}

/* --- the message ------------------------------------------------------------------------- */

struct tcb *fault_handler(struct tcb *self, u32 id)
{
        struct tcb *to = thread_table[id_number(id)];

        if (to->id != id || to->state != S_WAITING ||
            (to->partner != self->id && to->partner != ID_ANY) || !link_alone(&self->senders))
                return NULL;
        return to;
}

void fault_block(struct tcb *self, const struct tcb *to, enum answer answer)
{
        self->short_fault = answer;
        self->kernel_msg = true;
        self->accept_state = true;
        self->mr = (u32 *)tcb_frame(self) - MR_COUNT;
        self->partner = to->id;
        self->state = S_KWAITING;
}

void fault_await(struct tcb *self, struct tcb *to, enum answer answer)
{
        fault_block(self, to, answer);
        to->state = S_RUNNING;
        to->ipc_active = false;
        ipc_result(to, self->space == to->space ? self->local_id : self->id);
        sched_leave_to(to);
}

/* --- the answer ----------------------------------------------------------------------------- */

static void answered(struct tcb *t, const u32 *mr)
{
        if (t->short_fault == ANSWER_REGISTERS)
                fault_take_registers(tcb_frame(t), mr);
        t->short_fault = ANSWER_NONE;
        t->kernel_msg = false;
        t->mr = t->utcb;
}

/* The usual items straight; the rest as in any message. */
bool fault_items(struct tcb *self, struct tcb *t)
{
        const u32 *mr = self->utcb;
        u32 at = TAG_UNTYPED(mr[0]) + 1, end = at + TAG_TYPED(mr[0]), words;

        if (end > MR_COUNT)
                return false;
        for (; at < end; at += words) {
                u32 w = mr[at];

                if (ITEM_TYPE(w) == ITEM_MAP) {
                        u32 fpage = mr[at + 1];

                        words = 2;
                        if (at + 2 > end || !mapdb_is_page(fpage) || !(fpage & FPAGE_RIGHTS) ||
                            !mapdb_map_page(self->space, fpage, w, t->space))
                                break;
                } else if (X_CTRLXFER && ITEM_TYPE(w) == ITEM_CTRLXFER) {
                        words = ctrlxfer_words(w);
                        if (!words || at + words > end)
                                return false;
                        ctrlxfer_set(t, &mr[at]);
                } else {
                        break;
                }
        }
        if (at >= end)
                return true;
        self->virtual_sender = 0;
        return ipc_items(self, t, at, end - 1) == IPC_OK;
}

void fault_reply(struct tcb *self, struct tcb *t, const struct frame *f)
{
        u32 from = f->edx, tag = self->utcb[0];

        if (t->state != S_KWAITING || t->partner != self->id || (u16)f->ecx || (tag & TAG_FLAGS) ||
            (from != t->id && (from != ID_ANY || !link_alone(&self->senders))))
                return;
        if (TAG_TYPED(tag) && !fault_items(self, t))
                return; /* what is wrong with it the long way finds, too */
        answered(t, self->utcb);
        t->state = S_RUNNING;
        self->state = S_WAITING;
        self->partner = from;
        sched_leave_to(t);
}

void fault_continue(struct tcb *t)
{
        u32 *stack = t->mr;

        *--stack = (u32)fault_answered_entry;
        t->ksp = (u32)(stack - SWITCH_WORDS);
}

void fault_answered(void)
{
        struct tcb *self = current();

        if (self->ipc_error) {
                self->short_fault = ANSWER_EMPTY;
                self->work |= WORK_HALT;
        }
        answered(self, self->mr);
}
