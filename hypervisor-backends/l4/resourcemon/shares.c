/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shares of the processor.  Where threads can have slices of zero, guest kernels and
 * applications have such slices: they run on what they are given, tell when they are without
 * time and could run (their wedge passes that on, RMON_VM_WANT), and keep what they have through
 * faults, interrupts and calls.  One thread of ours gives: it has the lowest priority of
 * all, so it runs when no machine has any time, because that is used up or it waits for
 * something; who has used least for its share is next.  What a machine used is measured
 * from one turn of this thread to the next, whoever paid for it.
 *
 * Order of turns: start-time fair queueing.  A machine's turn begins where its last one ended, in
 * its own time, which goes the slower the larger its share is; but who has waited for
 * something gets no credit for that.  Times are told from where the turn given last began, so
 * they stay small however long the machines run.
 *
 * The other threads of a wedge, interrupt, pager and helper threads, have slices of their own and
 * come before all guests, so what they may use is bounded, on kernels without zero slices too:
 * each has a total quantum, and L4 tells when it is used up.  The server thread gives one more,
 * once for each machine, so that none stops half-way; the giving thread the next, in a turn of that
 * machine's, and behind it the server may again.  There the turns of machines come by themselves,
 * and the giving thread has one of them for that, as if it were one more guest.
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
#include "watch.h"
#include "../../l4-baseline/layout.h"

enum {
        GIVER_PRIO = 99,
        GUEST_PRIO = 100,
        TURN_US = 10000,
        TELL_US = 2000, /* an interrupt thread hears, unless it is telling us something */
        /*
         * Twice this a wedge's own thread may use before it is its machine's turn again; who has
         * used that waits as guests do.  A good one has used a twentieth of one when its guest has
         * forked for a second (README).  So this says how long others may have to wait, and
         * how seldom a good one has to ask.
         */
        OWN_US = 50000,
        SCALE = 720720, /* divides by each share */
        STACK = 4096
};

static struct standing {
        L4_Word_t wanted[L4VM_THREADS / 32]; /* threads that want time */
        L4_Word_t spent[L4VM_THREADS / 32];  /* threads of the wedge's that used up theirs */
        L4_Word_t owed;                      /* so often in turns of others' */
        int eased;                           /* one of them has had another since its last turn */
        unsigned long long since;            /* one wants time so long; counter */
        unsigned long long waited;
        unsigned long long start, finish; /* of its turn, from that of the turn given last */
        int standing;                     /* `start' is of the turn to come */
} standings[VMS];

static L4_ThreadId_t giver, server;
static struct vm *volatile turn; /* whose it is */
static L4_Word_t taken;          /* of it: so many quanta of others' threads */
static volatile int asleep, to_be_told;
static uint8_t stack[STACK] __attribute__((aligned(16)));

int shares_possible(void)
{
        return L4_HasFeature(L4_FEATURE_ZEROSLICE) && L4_HasFeature(L4_FEATURE_PREEMPTMSG);
}

int shares_kept(void)
{
        return !L4_IsPublicKernel();
}

static struct standing *of(const struct vm *v)
{
        return &standings[v - vms];
}

/* The first of these threads, + 1; or 0. */
static L4_Word_t first(const L4_Word_t *threads)
{
        for (L4_Word_t i = 0; i < L4VM_THREADS / 32; i++) {
                L4_Word_t some = *(volatile const L4_Word_t *)&threads[i];

                if (some)
                        return 32 * i + (L4_Word_t)__builtin_ctz(some) + 1;
        }
        return 0;
}

/* The first thread of @s to be given time, + 1; or 0.  The wedge's come first. */
static L4_Word_t wants(const struct standing *s)
{
        L4_Word_t n = first(s->spent);

        return n ? n : first(s->wanted);
}

/* This thread of @v's runs for its guest on slices of its own. */
static int is_own(const struct vm *v, L4_Word_t n)
{
        if (n == L4VM_MONITOR || n == L4VM_HELPER)
                return 1;
        if (v->co_spaces)
                return n >= L4VM_USER && (n - L4VM_USER) % L4VM_CO_THREADS == L4VM_CO_PAGER;
        return n >= L4VM_PAGER;
}

/* --- the server thread --------------------------------------------------------------- */

void shares_want(struct vm *v, L4_Word_t n)
{
        struct standing *s = of(v);

        if (n >= L4VM_THREADS || !v->share || !shares_possible() || is_own(v, n))
                return;
        if (!first(s->wanted))
                s->since = l4_rdtsc();
        s->wanted[n / 32] |= 1u << n % 32;
        shares_tell();
}

static void set_quantum(const struct vm *v, L4_Word_t n)
{
        static const L4_Time_t unchanged = {(uint16_t)L4_SCHED_LEAVE};
        L4_Time_t quantum = vms_running() <= 1 ? L4_Never : L4_TimePeriod(OWN_US);

        L4_Schedule(L4_GlobalId(v->first_no + n, 1), L4_TimeControl(unchanged, quantum),
                    L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE, NULL);
}

/*
 * It has been stopped in the midst of something, and what it does to threads of lower priority
 * relies on their not running meanwhile.  So it goes on at once, with the next quantum; who uses up
 * that one too before its machine has had a turn is not a good one.
 */
int shares_spent(struct vm *v, L4_Word_t n)
{
        struct standing *s = of(v);

        if (n >= L4VM_THREADS || !v->share || !is_own(v, n))
                return 0;
        if (turn && turn != v) {
                __atomic_add_fetch(&s->owed, 1, __ATOMIC_SEQ_CST);
                __atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST);
        }
        if (!s->eased)
                set_quantum(v, n);
        s->eased = 1;
        s->spent[n / 32] |= 1u << n % 32;
        shares_tell();
        return 1;
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
        memset(of(v)->spent, 0, sizeof(of(v)->spent));
        of(v)->eased = 0;
}

unsigned long long shares_waited(const struct vm *v)
{
        unsigned long long counted = of(v)->waited;

        return counted / L4_ProcessorKHz() * 1000 +
               counted % L4_ProcessorKHz() * 1000 / L4_ProcessorKHz();
}

/* --- the giving thread ------------------------------------------------------------------ */

/* Of time in turns. */
static unsigned long long scaled(unsigned long long cycles, const struct vm *v)
{
        return (cycles >> 8) * (SCALE / v->share);
}

static unsigned long long quanta(L4_Word_t *count)
{
        return (unsigned long long)OWN_US * __atomic_exchange_n(count, 0, __ATOMIC_SEQ_CST) *
               L4_ProcessorKHz() / 1000;
}

/* Times are told from here on; what was before it is as good as here. */
static void begin_at(unsigned long long now)
{
        for (unsigned int i = 0; i < VMS; i++) {
                struct standing *s = &standings[i];

                s->start -= s->start < now ? s->start : now;
                s->finish -= s->finish < now ? s->finish : now;
        }
}

/* Whose turn it is, and which of its threads wants time: what is seen here may be gone at once. */
static struct vm *next(L4_Word_t *thread)
{
        struct vm *best = NULL;

        for (unsigned int i = 0; i < VMS; i++) {
                struct standing *s = &standings[i];
                L4_Word_t n = wants(s);

                if (vms[i].state != VM_RUNNING || !n)
                        continue;
                if (!s->standing)
                        s->start = s->finish;
                if (s->owed)
                        s->start += scaled(quanta(&s->owed), &vms[i]);
                s->standing = 1;
                if (best && s->start >= of(best)->start)
                        continue;
                best = &vms[i];
                *thread = n - 1;
        }
        if (best)
                begin_at(of(best)->start);
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

static void take_out(L4_Word_t *threads, L4_Word_t n)
{
        __atomic_and_fetch(&threads[n / 32], ~(1u << n % 32), __ATOMIC_SEQ_CST);
}

/* A whole slice, for a guest's thread. */
static void give_turn(struct vm *v, L4_Word_t n, unsigned long long before)
{
        struct standing *s = of(v);

        s->waited += before - s->since;
        s->since = before; /* others of its threads */
        take_out(s->wanted, n);
        L4_Set_MsgTag(L4_Tag(RMON_VM_RUNS, 0, 0));
        L4_Send_Timeout(L4_GlobalId(v->first_no + L4VM_MONITOR, 1), L4_TimePeriod(TELL_US));
        set_turn();
        L4_Yield();
        L4_ThreadSwitch(L4_GlobalId(v->first_no + n, 1));
}

/* One of the wedge's may go on, and does so at once. */
static void give_quantum(struct vm *v, L4_Word_t n)
{
        take_out(of(v)->spent, n);
        of(v)->eased = 0;
        set_quantum(v, n);
}

static void give(struct vm *v, L4_Word_t n)
{
        unsigned long long before = l4_rdtsc(), used, others;
        struct standing *s = of(v);

        s->standing = 0;
        turn = v;
        taken = 0;
        if (is_own(v, n))
                give_quantum(v, n);
        else
                give_turn(v, n, before);
        turn = NULL;
        used = l4_rdtsc() - before;
        others = quanta(&taken);
        s->finish = s->start + scaled(used > others ? used - others : 0, v);
        if (!shares_possible())
                L4_Yield(); /* to the guests: this has been its turn */
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
            L4_Set_Priority(giver, shares_possible() ? GIVER_PRIO : GUEST_PRIO) == L4_STATE_ERROR)
                return "the kernel refuses the thread that gives time";
        watch_over((L4_ThreadId_t){utcb + L4_UTCB_LOCALID});
        L4_Start((L4_ThreadId_t){utcb + L4_UTCB_LOCALID}, (L4_Word_t)stack + STACK - 16,
                 (L4_Word_t)give_for_ever);
        return NULL;
}
