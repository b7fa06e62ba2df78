/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stopping a machine's program for its wedge, which is not its pager and so may not.  We have the
 * highest priority: between two looks nothing changes.
 */
#include <l4/kip.h>
#include "vm.h"
#include "../../l4-baseline/layout.h"

#define PLAIN_FLAGS 0x202

static int is_user_thread(const struct vm *v, L4_ThreadId_t t)
{
        return !v->co_spaces && L4_ThreadNo(t) - v->first_no - L4VM_USER < L4VM_SPACES;
}

int vm_move(struct vm *v, L4_ThreadId_t t, struct L4_ExRegs *r)
{
        r->control &= L4_EXREGS_IP | L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND;
        return is_user_thread(v, t) && !L4_IsNilThread(L4_ExchangeRegisters(t, r));
}

/* A halted thread has no say any more in who may let it go on: its pager is who it should be. */
static void halt(L4_ThreadId_t t, L4_ThreadId_t pager, int halted)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | (halted ? L4_EXREGS_HALT : 0)};

        L4_ExchangeRegisters(t, &r);
        if (!halted || r.pager.raw == pager.raw)
                return;
        r = (struct L4_ExRegs){.control = L4_EXREGS_PAGER, .pager = pager};
        L4_ExchangeRegisters(t, &r);
}

void vm_halt_space(struct vm *v, L4_Word_t n, int halted)
{
        L4_Word_t user = v->first_no + L4VM_USER + n, pager = v->first_no + L4VM_PAGER + n;

        if (n >= v->spaces)
                return;
        if (v->paged)
                halt(L4_GlobalId(pager, 1), L4_GlobalId(v->first_no + L4VM_MONITOR, 1), halted);
        halt(L4_GlobalId(user, 1), L4_GlobalId(v->paged ? pager : v->first_no + L4VM_MAIN, 1),
             halted);
}

/* The public kernel stops for ever when a thread in an Ipc is halted: there no wedge asks. */
static int can_halt(void)
{
        static int is_public = -1;

        if (is_public < 0)
                is_public = L4_IsPublicKernel();
        return !is_public;
}

void vm_rest(struct vm *v)
{
        volatile struct l4vm_shared *s = v->shared;

        if (!s || s->in_user || !s->awake || !can_halt())
                return;
        vm_halt_space(v, s->awake - 1, 1);
        s->ready = ~0u;
        s->awake = 0;
}

static int is_receiving(L4_ThreadId_t t)
{
        struct L4_ExRegs r = {0};

        return !L4_IsNilThread(L4_ExchangeRegisters(t, &r)) &&
               (r.control & L4_EXREGS_WAS_RECEIVING);
}

/* On its way to main with a message that it has begun. */
static int is_coming(const volatile struct l4vm_shared *s, L4_Word_t ip)
{
        return (ip >= s->stop_at && ip < s->stop_sent) || ip - L4VM_KIP < L4_PAGE_SIZE;
}

static enum vm_stopped note(volatile struct l4vm_shared *s, const struct L4_ExRegs *r)
{
        s->stop_eip = r->ip;
        s->stop_esp = r->sp;
        s->stop_eflags = r->flags;
        s->stopped = 1;
        return VM_STOPPED;
}

/* The pager beside a program answers it: it is in the wedge's code, or in the KIP's. */
static int answers(L4_ThreadId_t pager)
{
        struct L4_ExRegs r = {0};

        return !L4_IsNilThread(L4_ExchangeRegisters(pager, &r)) && !r.control &&
               (r.ip - L4VM_STUB_CODE < L4_PAGE_SIZE || r.ip - L4VM_KIP < L4_PAGE_SIZE);
}

/*
 * A program that has been stopped, and of which main has not heard: once more, if it is somewhere
 * else; not, if it is in an Ipc, for that is not with main, or has no handler any more.
 */
static enum vm_stopped stop_again(volatile struct l4vm_shared *s, L4_ThreadId_t t, unsigned int *n)
{
        enum { MOST = 3 };
        struct L4_ExRegs r = {0};

        if (L4_IsNilThread(L4_ExchangeRegisters(t, &r)) || r.control)
                return VM_NOT_STOPPED;
        if (is_coming(s, r.ip))
                return VM_STOPPED;
        if (++*n > MOST)
                return VM_NOT_STOPPED;
        r = (struct L4_ExRegs){
            .control = L4_EXREGS_IP | L4_EXREGS_FLAGS, .ip = s->stop_at, .flags = PLAIN_FLAGS};
        L4_ExchangeRegisters(t, &r);
        return note(s, &r);
}

/*
 * A program that runs or could is somewhere in its code, and main waits for it.  One in an Ipc may
 * be just about to hear of main, which has events to see first, or wait for its pager, which makes
 * it tell main.  Where main waits and the pager does too, the Ipc is the program's own doing.
 */
enum vm_stopped vm_stop_user(struct vm *v, int hard)
{
        volatile struct l4vm_shared *s = v->shared;
        L4_ThreadId_t t, pager, main_id = L4_GlobalId(v->first_no + L4VM_MAIN, 1);
        struct L4_ExRegs r, back;

        if (!s || !s->stop_at)
                return VM_NOT_STOPPED;
        t.raw = s->running;
        if (!is_user_thread(v, t))
                return VM_NOT_STOPPED;
        if (s->stopped)
                return hard && is_receiving(main_id) ? stop_again(s, t, &v->stops) : VM_STOPPED;
        v->stops = 0;
        r = (struct L4_ExRegs){
            .control = L4_EXREGS_IP | L4_EXREGS_FLAGS, .ip = s->stop_at, .flags = PLAIN_FLAGS};
        if (L4_IsNilThread(L4_ExchangeRegisters(t, &r)))
                return VM_NOT_STOPPED;
        if (!r.control && !is_coming(s, r.ip))
                return note(s, &r);
        back = r;
        back.control = L4_EXREGS_IP | L4_EXREGS_FLAGS;
        L4_ExchangeRegisters(t, &back);
        pager = L4_GlobalId(L4_ThreadNo(t) + L4VM_SPACES, 1);
        if (!hard || !r.control || !is_receiving(main_id) || answers(pager))
                return VM_STOPS_ITSELF;
        back = (struct L4_ExRegs){.control = L4_EXREGS_IP | L4_EXREGS_FLAGS | L4_EXREGS_ABORT_RCV |
                                             L4_EXREGS_ABORT_SND | L4_EXREGS_HALTFLAG,
                                  .ip = s->stop_at,
                                  .flags = PLAIN_FLAGS};
        L4_ExchangeRegisters(t, &back);
        return note(s, &r);
}
