/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ExchangeRegisters (manual 2.3): read and write another thread's registers,
 * halt and resume it, end its IPC.
 */
#include "thread.h"
#include "sched.h"
#include "ipc.h"
#include "ext.h"
#include "x86.h"

/* Which messages carry register state can be chosen where any can. */
#define XFER_CALLS                                                                                 \
        ((X_CTRLXFER ? EXR_XFER_READ | EXR_XFER_WRITE : 0) |                                       \
         (X_CTRLXFER || X_XPF ? EXR_XFER_CONF : 0))

#define OLD_HALTED    BIT(0)
#define OLD_RECEIVING BIT(1)
#define OLD_SENDING   BIT(2)

_Static_assert(EFLAGS_USER == FLAGS_SETTABLE, "users are told what they can set");

/* Same space, the target's pager, or a privileged space (IA-32 appendix). */
static bool permitted(const struct tcb *self, const struct tcb *t)
{
        struct tcb *pager;

        if (self->space == t->space || self->space->privileged)
                return true;
        pager = thread_resolve(t->space, t->utcb[UTCB_PAGER]);
        return pager && pager->space == self->space;
}

/* In the middle of sending strings; it may be waiting for its pager just now. */
static bool sends_strings(const struct tcb *t)
{
        return t->xfer_peer && !t->receiving_strings;
}

static bool is_sending(const struct tcb *t)
{
        return t->state == S_POLLING || sends_strings(t);
}

static bool is_receiving(const struct tcb *t)
{
        if (sends_strings(t))
                return false;
        return t->state == S_WAITING || t->state == S_WAITING_T || t->state == S_KWAITING ||
               t->receiving_strings;
}

/* Halt or resume; a thread inside an IPC halts when that is over. */
static void set_halted(struct tcb *t, bool halted)
{
        if (halted) {
                t->work |= WORK_HALT;
                return;
        }
        t->work &= ~WORK_HALT;
        if (t->state == S_HALTED)
                sched_ready(t);
}

static void cancel(struct tcb *t, u32 control)
{
        u32 phase = is_receiving(t) ? IPC_RECEIVE_PHASE : 0;
        u32 code = IPC_CANCELLED;

        if (sends_strings(t))
                code = IPC_ABORTED | t->xfer_copied << 4;
        else if (t->receiving_strings)
                code = IPC_ABORTED | (t->xfer_peer ? t->xfer_peer->xfer_copied << 4 : 0);

        if ((is_receiving(t) && (control & EXR_ABORT_RECV)) ||
            (is_sending(t) && (control & EXR_ABORT_SEND)))
                ipc_cancel(t, code | phase);
}

void sys_exchange_registers(struct frame *f)
{
        struct tcb *self = current(), *t = thread_resolve(self->space, f->eax);
        u32 control = f->ecx, old = 0, error = 0;
        struct frame *r, in = *f;

        if (!t || !t->activated || !permitted(self, t)) {
                f->eax = ID_NIL;
                self->utcb[UTCB_ERROR] = ERR_INVALID_THREAD;
                return;
        }
        r = tcb_frame(t);
        if (t->state == S_HALTED || (t->work & WORK_HALT))
                old |= OLD_HALTED;
        if (is_receiving(t))
                old |= OLD_RECEIVING;
        if (is_sending(t))
                old |= OLD_SENDING;

        if (t != self && (control & (EXR_ABORT_RECV | EXR_ABORT_SEND)))
                cancel(t, control);
        if (control & XFER_CALLS)
                error = ctrlxfer_exregs(t, self, control);
        if (error) {
                f->eax = ID_NIL;
                self->utcb[UTCB_ERROR] = error;
                return;
        }
        f->eax = id_is_local(in.eax) ? t->id : t->local_id;
        f->ecx = old;
        f->edx = r->esp;
        f->esi = r->eip;
        f->edi = r->eflags;
        f->ebx = t->utcb[UTCB_HANDLE];
        f->ebp = t->utcb[UTCB_PAGER];
        if (t == self) {
                /* Its own registers: those it will return with. */
                f->edx = in.esp;
                f->esi = in.eip;
                f->edi = in.eflags;
        }
        if (control & (EXR_SP | EXR_IP | EXR_FLAGS))
                r->way_out = EXIT_IRET;
        if (control & EXR_SP)
                r->esp = in.edx;
        if (control & EXR_IP)
                r->eip = in.esi;
        if (control & EXR_FLAGS)
                r->eflags = (r->eflags & ~EFLAGS_USER) | (in.edi & EFLAGS_USER);
        if (control & EXR_HANDLE)
                t->utcb[UTCB_HANDLE] = in.ebx;
        if (control & EXR_PAGER)
                t->utcb[UTCB_PAGER] = in.ebp;
        if (control & EXR_HALT_VALID)
                set_halted(t, control & EXR_HALT);
        if (t != self && t->prio > self->prio && t->state == S_RUNNING)
                sched_wake(t);
}
