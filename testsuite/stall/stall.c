/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A resource monitor that stops threads of wedges in the midst of what they do.
 *
 * They come before their guest kernel, so what they do to it in several steps is done before that
 * runs again: unless one has no time left, or the host stands still and its time goes by.  Nothing
 * of theirs may rest on that.  Here one more thread of the resource monitor's, before all others,
 * looks again and again whether one of them is at something; if so it stands still for a while, and
 * its guest kernel runs.
 *
 * This is the monitor's own shares.c with that thread beside the one that gives time.
 */
#define shares_start  shares_start_giver
#define shares_forget shares_forget_time
#include "resourcemon/shares.c"
#include <l4/io.h>
#undef shares_start
#undef shares_forget
const char *shares_start(void);
void shares_forget(struct vm *v);

enum {
        STALLER = RMON_WATCHER + 1,
        STALLER_PRIO = 255,
        LOOK_US = 7,   /* between two looks */
        NEAR_US = 1,   /* behind a stall */
        STALL_US = 300 /* a guest kernel goes on, and does something else */
};

static uint8_t staller_stack[STACK] __attribute__((aligned(16)));
static volatile unsigned int stalls;

static void set_halted(L4_ThreadId_t t, int halted)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_HALTFLAG | (halted ? L4_EXREGS_HALT : 0)};

        L4_ExchangeRegisters(t, &r);
}

/* It is in no Ipc, nor halted: it could run. */
static int is_ready(L4_ThreadId_t t)
{
        struct L4_ExRegs r = {0};

        return !L4_IsNilThread(L4_ExchangeRegisters(t, &r)) && !r.control;
}

static L4_ThreadId_t thread(const struct vm *v, L4_Word_t n)
{
        return L4_GlobalId(v->first_no + n, 1);
}

/* The thread of @v's wedge that is at something while its guest kernel's is ready; or nil. */
static L4_ThreadId_t at_work(const struct vm *v)
{
        L4_Word_t space;

        if (v->state != VM_RUNNING || !v->shared)
                return L4_nilthread;
        space = L4VM_USER + L4VM_CO_THREADS * v->shared->current;
        if (!is_ready(thread(v, v->co_spaces ? space + L4VM_CO_KERNEL : L4VM_MAIN)))
                return L4_nilthread;
        if (is_ready(thread(v, L4VM_MONITOR)))
                return thread(v, L4VM_MONITOR);
        if (v->co_spaces && is_ready(thread(v, space + L4VM_CO_PAGER)))
                return thread(v, space + L4VM_CO_PAGER);
        return L4_nilthread;
}

static void stall(L4_ThreadId_t t)
{
        stalls++;
        set_halted(t, 1);
        L4_Sleep(L4_TimePeriod(STALL_US));
        set_halted(t, 0);
}

/* Who has stood still and is still at work has come a little further, and stands still again. */
static void stall_for_ever(void)
{
        int again = 0;

        for (;;) {
                L4_ThreadId_t t;

                L4_Sleep(L4_TimePeriod(again ? NEAR_US : LOOK_US));
                t = at_work(&vms[0]);
                if (L4_IsNilThread(t))
                        t = at_work(&vms[1]);
                again = !L4_IsNilThread(t);
                if (again)
                        stall(t);
        }
}

const char *shares_start(void)
{
        L4_Word_t utcb = L4_ROOT_UTCB_BASE + STALLER * L4_UTCB_SIZE;
        L4_ThreadId_t self = L4_MyGlobalId();
        L4_ThreadId_t staller = L4_GlobalId(L4_ThreadNo(self) + STALLER, 1);
        const char *error = shares_start_giver();

        if (error)
                return error;
        if (!L4_ThreadControl(staller, self, self, L4_Sigma0(), utcb) ||
            L4_Set_Priority(staller, STALLER_PRIO) == L4_STATE_ERROR)
                return "the kernel refuses the thread that stops others";
        L4_Start((L4_ThreadId_t){utcb + L4_UTCB_LOCALID}, (L4_Word_t)staller_stack + STACK - 16,
                 (L4_Word_t)stall_for_ever);
        return NULL;
}

/* A machine has ended. */
void shares_forget(struct vm *v)
{
        l4_printf("resourcemon: %u stalls\n", stalls);
        shares_forget_time(v);
}
