/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: which are the kernel's own business, and which become messages
 * (manual 7.2, 7.5 and IA-32 appendix).  The processor's error codes are
 * passed on as they are.
 */
#include "trap.h"
#include "ipc.h"
#include "thread.h"
#include "mapdb.h"
#include "ioports.h"
#include "fpu.h"
#include "kip.h"
#include "entry.h"
#include "console.h"
#include "ext.h"

#define PF_WRITE  BIT(1)
#define ERROR_IDT BIT(1) /* an error code that names a gate */
#define INT_BYTES 2

static bool from_user(const struct frame *f)
{
        return f->cs & 3;
}

/* --- KernelInterface: lock; nop (manual 1.1) ------------------------------------ */

static bool is_kernel_interface(struct frame *f)
{
        u8 code[2];

        return copy_guarded(code, (void *)(f->eip + space_base(current()->space)), 2) &&
               code[0] == 0xF0 && code[1] == 0x90;
}

static void kernel_interface(struct frame *f)
{
        f->eax = fpage_base(current()->space->kip_area);
        f->ecx = KIP_API_VERSION;
        f->edx = KIP_API_FLAGS;
        f->esi = KIP_KERNEL_ID;
        f->eip += 2;
}

/* --- page faults ------------------------------------------------------------------ */

static void page_fault(struct tcb *self, struct frame *f, u32 address)
{
        if (X_SMALL_SPACES && small_fault(self->space, &address))
                return;
        /* No pager can map there: tell the exception handler instead. */
        if (address >= USER_TOP) {
                kmsg_exception(self, VEC_PF, f->error);
                return;
        }
        if (self->space->is_sigma0 && mapdb_sigma0_page(address, PAGE_BITS))
                return;
        kmsg_page_fault(self, address, f->error & PF_WRITE);
}

/* --- faults in kernel mode ----------------------------------------------------------- */

/*
 * IRET refused the user's registers (an IP beyond the code segment's limit,
 * for one).  They are all back in place already: make it the user's fault,
 * with the frame rebuilt from what IRET left and the registers pushed now.
 */
static void iret_fault(struct frame *f)
{
        struct tcb *self = current();
        struct frame *user = tcb_frame(self), saved = *f; /* the two overlap */
        u32 error = f->error, vector = f->vector;

        memcpy(user, &saved, offsetof(struct frame, vector));
        self->ipc_active = false; /* as in trap() */
        kmsg_exception(self, vector, error);
        exit_to_user();
}

/* A selector in the frame that was good once: fall back to the flat one. */
static void selector_fault(void)
{
        struct frame *user = tcb_frame(current());

        user->ds = user->es = user->fs = SEL_UDATA;
        user->gs = current()->redirect ? 0 : SEL_UTCB;
        exit_to_user();
}

/* No stack to put ExchangeRegisters' results on, or not yet: the other way. */
static void stack_fault(void)
{
        tcb_frame(current())->way_out = EXIT_IRET;
        exit_to_user();
}

static void kernel_fault(struct frame *f)
{
        u32 address = read_cr2();

        if (f->vector == VEC_PF && f->eip == (u32)copy_guarded_fault) {
                if (X_SMALL_SPACES && small_fault(current()->space, &address))
                        return;
                f->eip = (u32)copy_guarded_fixup;
                return;
        }
        /*
         * A single step into SYSENTER's first instruction (SDM 2B); or a breakpoint (debug.c).
         * This may run on the stack SYSENTER has: there is no current thread.
         */
        if (f->vector == VEC_DB) {
                f->eflags &= ~EFLAGS_TF;
                if (X_DEBUG)
                        debug_forget();
                return;
        }
        if (f->eip == (u32)exit_iret)
                iret_fault(f);
        if (f->eip >= (u32)exit_segments && f->eip < (u32)exit_segments_end)
                selector_fault();
        if (f->eip >= (u32)exit_stack_write && f->eip < (u32)exit_stack_written)
                stack_fault();
        panic("exception %u in the kernel at %x, error %x, address %x: please report it\n",
              f->vector, f->eip, f->error, address);
}

/* --- calls that are closed (bounds.c) ------------------------------------------------- */

void trap_closed_call(struct frame *f)
{
        struct tcb *self = current();

        self->ipc_active = false;
        f->eip -= INT_BYTES;
        kmsg_exception(self, VEC_GP, f->vector << 3 | ERROR_IDT);
}

/* --- dispatch ---------------------------------------------------------------------------- */

void trap(struct frame *f)
{
        struct tcb *self = current();
        u32 io_fpage;

        if (!from_user(f)) {
                kernel_fault(f);
                return;
        }
        self->ipc_active = false; /* the fast path, if it ended the last one, has left it */
        switch (f->vector) {
        case VEC_DB:
                if (X_DEBUG)
                        f->error = debug_strike(self);
                break;
        case VEC_NMI:
                return;
        case VEC_PF:
                page_fault(self, f, read_cr2());
                return;
        case VEC_NM:
                if (fpu_use(self))
                        return;
                break;
        case VEC_UD:
                if (!self->redirect && is_kernel_interface(f)) {
                        kernel_interface(f);
                        return;
                }
                break;
        case VEC_GP:
                if (f->error == 0 && ioports_decode(f, &io_fpage)) {
                        if (self->space->is_sigma0)
                                ioports_allow_sigma0(io_fpage);
                        else
                                kmsg_io_fault(self, io_fpage);
                        return;
                }
                if (X_SMALL_SPACES && f->error == 0 && small_exceeded(self))
                        return;
                if (X_TLS && f->error == 0 && tls_flip(self, f))
                        return;
                break;
        case VEC_SS:
                if (X_SMALL_SPACES && f->error == 0 && small_exceeded(self))
                        return;
                break;
        }
        kmsg_exception(self, f->vector, f->error);
}
