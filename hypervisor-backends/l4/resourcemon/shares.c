/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shares of the processor where threads can have slices of zero.  Guest kernels and
 * applications have such slices: they run on what they are given, tell when they are without
 * time and could run (their wedge passes that on, RMON_VM_WANT), and keep what they have through
 * faults, interrupts and calls.  One thread of ours gives: it has the lowest priority of
 * all, so it runs when no machine has any time, because that is used up or it waits for
 * something; who has used least for its share is next.  What a machine used is measured
 * from one turn of this thread to the next, whoever paid for it.
 *
 * Order of turns: start-time fair queueing.  A machine's turn begins where its last one ended, in
 * its own time, which goes the slower the larger its share is; but who has waited for
 * something gets no credit for that.
 *
 * The giving thread never preempts the server thread, which notes what is wanted; so of what both
 * write the one changes nothing behind the other's back but in between two of its steps.
 */
#include <l4/io.h>
#include <l4/kip.h>
#include <l4/resourcemon.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include "shares.h"
#include "../../l4-baseline/layout.h"

enum {
        GIVER_PRIO = 99,
        TURN_US = 10000,
        TELL_US = 2000, /* an interrupt thread hears, unless it is telling us something */
        SCALE = 720720, /* divides by each share */
        STACK = 4096
};

static struct standing {
        L4_Word_t wanted[L4VM_THREADS / 32]; /* threads that want time */
        unsigned long long since;            /* so long; counter */
        unsigned long long waited;
        unsigned long long start, finish; /* of its turn, in its own time */
        int standing;                     /* `start' is of the turn to come */
} standings[VMS];

static L4_ThreadId_t giver, server;
static volatile int asleep, to_be_told;
static uint8_t stack[STACK] __attribute__((aligned(16)));

int shares_possible(void)
{
        return L4_HasFeature(L4_FEATURE_ZEROSLICE) && L4_HasFeature(L4_FEATURE_PREEMPTMSG);
}

static struct standing *of(const struct vm *v)
{
        return &standings[v - vms];
}

/* The first thread of @s that wants time, + 1; or 0. */
static L4_Word_t wants(const struct standing *s)
{
        for (L4_Word_t i = 0; i < L4VM_THREADS / 32; i++) {
                L4_Word_t wanted = *(volatile const L4_Word_t *)&s->wanted[i];

                if (wanted)
                        return 32 * i + (L4_Word_t)__builtin_ctz(wanted) + 1;
        }
        return 0;
}

/* --- the server thread --------------------------------------------------------------- */

void shares_want(struct vm *v, L4_Word_t n)
{
        struct standing *s = of(v);

        if (n >= L4VM_THREADS || !v->share || !shares_possible())
                return;
        if (!wants(s))
                s->since = l4_rdtsc();
        s->wanted[n / 32] |= 1u << n % 32;
        shares_tell();
}

void shares_tell(void)
{
        to_be_told = 0;
        if (!asleep)
                return;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        /* It may be about to sleep: then once more. */
        to_be_told = L4_IpcFailed(L4_Reply(giver));
}

int shares_is_pending(void)
{
        return to_be_told;
}

void shares_forget(struct vm *v)
{
        memset(of(v)->wanted, 0, sizeof(of(v)->wanted));
}

unsigned long long shares_waited(const struct vm *v)
{
        unsigned long long counted = of(v)->waited;

        return counted / L4_ProcessorKHz() * 1000 +
               counted % L4_ProcessorKHz() * 1000 / L4_ProcessorKHz();
}

/* --- the giving thread ------------------------------------------------------------------ */

/* Whose turn it is, and which of its threads wants time: what is seen here may be gone at once. */
static struct vm *next(L4_Word_t *thread)
{
        static unsigned long long now; /* start of the turn given last */
        struct vm *best = NULL;

        for (unsigned int i = 0; i < VMS; i++) {
                struct standing *s = &standings[i];
                L4_Word_t first = wants(s);

                if (vms[i].state != VM_RUNNING || !first)
                        continue;
                if (!s->standing)
                        s->start = s->finish > now ? s->finish : now;
                s->standing = 1;
                if (best && s->start >= of(best)->start)
                        continue;
                best = &vms[i];
                *thread = first - 1;
        }
        if (best)
                now = of(best)->start;
        return best;
}

/* A machine that is alone keeps what it has. */
static void set_turn(void)
{
        static int alone = -1;
        int now = vms_running() <= 1;

        if (alone != now)
                L4_Set_Timeslice(L4_MyGlobalId(), now ? L4_Never : L4_TimePeriod(TURN_US));
        alone = now;
}

static void give(struct vm *v, L4_Word_t n)
{
        struct standing *s = of(v);
        unsigned long long before = l4_rdtsc();

        s->waited += before - s->since;
        s->since = before; /* others of its threads */
        s->standing = 0;
        __atomic_and_fetch(&s->wanted[n / 32], ~(1u << n % 32), __ATOMIC_SEQ_CST);
        L4_Set_MsgTag(L4_Tag(RMON_VM_RUNS, 0, 0));
        L4_Send_Timeout(L4_GlobalId(v->first_no + L4VM_MONITOR, 1), L4_TimePeriod(TELL_US));
        set_turn();
        L4_Yield(); /* a whole slice */
        L4_ThreadSwitch(L4_GlobalId(v->first_no + n, 1));
        s->finish = s->start + ((l4_rdtsc() - before) >> 8) * (SCALE / v->share);
}

static void give_for_ever(void)
{
        for (;;) {
                L4_Word_t thread;
                struct vm *v = next(&thread);

                if (v) {
                        give(v, thread);
                        continue;
                }
                asleep = 1;
                if (!next(&thread))
                        L4_Receive(server);
                asleep = 0;
        }
}

const char *shares_start(void)
{
        L4_Word_t utcb = L4_ROOT_UTCB_BASE + RMON_GIVER * L4_UTCB_SIZE;

        server = L4_MyGlobalId();
        giver = L4_GlobalId(L4_ThreadNo(server) + RMON_GIVER, 1);
        if (!L4_ThreadControl(giver, server, server, L4_Sigma0(), utcb) ||
            L4_Set_Priority(giver, GIVER_PRIO) == L4_STATE_ERROR)
                return "the kernel refuses the thread that gives time";
        L4_Start((L4_ThreadId_t){utcb + L4_UTCB_LOCALID}, (L4_Word_t)stack + STACK - 16,
                 (L4_Word_t)give_for_ever);
        return NULL;
}
