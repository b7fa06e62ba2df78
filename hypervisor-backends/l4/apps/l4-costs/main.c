/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4-costs: what the kernel's own messages cost, and IPC with a limited thread.
 *
 * Each measurement is a line: name, rounds, ticks of the time-stamp counter for
 * one round (under `qemu -icount shift=0` a tick is an instruction).  The markers
 * (common/mark.h) number measurements in the order of the lines.
 */
#include "../common/mark.h"
#include "../common/task.h"

#define ROUNDS 400
#define WARM   20
#define PAGES  64
#define WORDS  12 /* as many as an exception message has */

/* The measuring thread sits in a space of its own; main, its partner, serves it. */
static L4_ThreadId_t partner;
static volatile L4_Word_t ticks;
static uint8_t pages[PAGES][L4_PAGE_SIZE] __attribute__((aligned(4096)));

/* One call of the stub, nothing stored; to and from the same thread. */
L4_INLINE L4_Word_t exchange(L4_Word_t entry, L4_Word_t to, L4_Word_t tag, L4_Word_t *utcb)
{
        L4_Word_t from = to, timeouts = 0;

        __asm__ volatile("pushl %%ebp\n\tcalll *%%ebx\n\tpopl %%ebp"
                         : "+a"(to), "+d"(from), "+c"(timeouts), "+S"(tag), "+D"(utcb), "+b"(entry)
                         :
                         : "memory", "cc");
        return tag;
}

/* Do `what` so often that `rounds` rounds are made. */
#define TIMED(times, rounds, what)                                                                 \
        do {                                                                                       \
                uint64_t start = l4_rdtsc();                                                       \
                mark(M_THERE);                                                                     \
                for (unsigned int i = 0; i < (times); i++)                                         \
                        what;                                                                      \
                mark(M_OFF);                                                                       \
                ticks = (L4_Word_t)((l4_rdtsc() - start + (rounds) / 2) / (rounds));               \
        } while (0)

/* Tell main, which serves us until then. */
static void finish(void)
{
        L4_Set_MsgTag(L4_Tag(1, 0, 0));
        L4_Call(partner);
}

/* --- IPC: a call and its reply ------------------------------------------------------------ */

static void call(void)
{
        L4_Word_t entry = L4_syscalls.ipc, to = partner.raw, *utcb = L4_Utcb();

        for (unsigned int i = 0; i < WARM; i++)
                exchange(entry, to, WORDS, utcb);
        TIMED(ROUNDS, ROUNDS, exchange(entry, to, WORDS, utcb));
        finish();
}

static void echo(L4_ThreadId_t t)
{
        L4_Word_t entry = L4_syscalls.ipc, *utcb = L4_Utcb();
        L4_Word_t tag = L4_Receive(t).raw;

        while (!(tag >> 16))
                tag = exchange(entry, t.raw, tag, utcb);
}

/* --- IPC without words, each way counted apart ----------------------------------------------- */

static void send(void)
{
        L4_Word_t entry = L4_syscalls.ipc, to = partner.raw, *utcb = L4_Utcb();

        for (unsigned int i = 0; i < WARM; i++)
                exchange(entry, to, 0, utcb);
        TIMED(ROUNDS, ROUNDS, {
                mark(M_THERE);
                exchange(entry, to, 0, utcb);
                mark(M_OFF);
        });
        finish();
}

static void answer(L4_ThreadId_t t)
{
        L4_Word_t entry = L4_syscalls.ipc, *utcb = L4_Utcb();
        L4_Word_t tag = L4_Receive(t).raw;

        for (unsigned int i = 0; i < WARM; i++)
                tag = exchange(entry, t.raw, 0, utcb);
        while (!(tag >> 16)) {
                mark(M_BACK);
                tag = exchange(entry, t.raw, 0, utcb);
        }
}

/* --- exceptions ---------------------------------------------------------------------------------
 */

static void raise(void)
{
        L4_Set_ExceptionHandler(partner);
        for (unsigned int i = 0; i < WARM; i++)
                __asm__ volatile("int $0x80");
        TIMED(ROUNDS, ROUNDS, __asm__ volatile("int $0x80"));
        finish();
}

/* Skip each int $0x80; the message and its reply are 12 words. */
static void handle(L4_ThreadId_t t)
{
        L4_Word_t entry = L4_syscalls.ipc, *utcb = L4_Utcb();
        L4_Word_t tag = L4_Receive(t).raw;

        while (tag >> 16 == L4_LABEL_EXCEPTION) {
                utcb[1] += 2;
                tag = exchange(entry, t.raw, WORDS, utcb);
        }
}

/* The same with register state: vector, error, item; the reply sets EIP alone. */
static void handle_state(L4_ThreadId_t t)
{
        L4_Word_t entry = L4_syscalls.ipc, *utcb = L4_Utcb();
        L4_Word_t item = L4_CtrlXferWord(L4_CTRLXFER_ID_GP, 1u << L4_CTRLXFER_GP_EIP);
        L4_Word_t tag = L4_Receive(t).raw;

        while (tag >> 16 == L4_LABEL_EXCEPTION) {
                utcb[1] = item;
                utcb[2] = utcb[4] + 2;
                tag = exchange(entry, t.raw, 2 << L4_TAG_TYPED_SHIFT, utcb);
        }
}

/* --- page faults ---------------------------------------------------------------------------------
 */

#define TOUCH(i) (*(volatile uint8_t *)pages[i] = 1)

/* A fault for each page, answered with a mapping. */
static void touch_all(void)
{
        TOUCH(0); /* there will be a page table */
        L4_Set_Pager(partner);
        TIMED(PAGES - 1, PAGES - 1, TOUCH(i + 1));
        finish();
}

/* As many faults for one page: all but the last are answered with nothing. */
static void touch_again(void)
{
        TOUCH(0);
        L4_Set_Pager(partner);
        TIMED(1, PAGES - 1, TOUCH(1));
        finish();
}

static void page(L4_ThreadId_t t, unsigned int refusals)
{
        L4_Word_t entry = L4_syscalls.ipc, *utcb = L4_Utcb();
        L4_Word_t tag = L4_Receive(t).raw;

        while (tag >> 20 == L4_LABEL_PAGEFAULT >> 4) {
                if (refusals) {
                        refusals--;
                        tag = exchange(entry, t.raw, 0, utcb);
                } else {
                        L4_Word_t base = utcb[1] & ~(L4_Word_t)(L4_PAGE_SIZE - 1);

                        utcb[1] = base | L4_ITEM_MAP;
                        utcb[2] = base | L4_PAGE_BITS << 4 | L4_FPAGE_RWX;
                        tag = exchange(entry, t.raw, 2 << L4_TAG_TYPED_SHIFT, utcb);
                }
        }
}

static void map_all(L4_ThreadId_t t)
{
        page(t, 0);
}

static void map_last(L4_ThreadId_t t)
{
        page(t, PAGES - 2);
}

/* --- the measurements
 * ------------------------------------------------------------------------------ */

static const struct measurement {
        const char *name;
        unsigned int rounds;
        const char *feature;                 /* NULL: every kernel can */
        void (*measured)(void);              /* in a space of its own */
        void (*other_side)(L4_ThreadId_t t); /* main */
        unsigned int state;                  /* kind of fault whose messages carry registers */
        int limited;                         /* the measuring thread has a limit */
} measurements[] = {
    {"ipc-12-words", ROUNDS, NULL, call, echo, 0, 0},
    {"exception", ROUNDS, NULL, raise, handle, 0, 0},
    {"exception-state", ROUNDS, L4_FEATURE_CTRLXFER, raise, handle_state, L4_FAULT_EXCEPTION, 0},
    {"fault-map", PAGES - 1, NULL, touch_all, map_all, 0, 0},
    {"fault-map-state", PAGES - 1, L4_FEATURE_PFSTATE, touch_all, map_all, L4_FAULT_PAGEFAULT, 0},
    {"fault-retry", PAGES - 1, NULL, touch_again, map_last, 0, 0},
    {"fault-retry-state", PAGES - 1, L4_FEATURE_PFSTATE, touch_again, map_last, L4_FAULT_PAGEFAULT,
     0},
    {"ipc", ROUNDS, NULL, send, answer, 0, 0},
    {"ipc-limited", ROUNDS, L4_FEATURE_LIMITS, send, answer, 0, 1},
};

/* With a limit come preemption messages, where the kernel has them. */
static int limit(L4_ThreadId_t t)
{
        return L4_ThreadControlLimit(t, t, L4_nilthread, L4_nilthread,
                                     L4_UTCB_LEAVE_LIMIT | L4_UTCB_PERMIT, 0xBFFFF) == 1;
}

static void preemption_messages(L4_ThreadId_t t)
{
        if (L4_HasFeature(L4_FEATURE_PREEMPTMSG))
                L4_Schedule(t, -1u, -1u, -1u, L4_SCHED_PREEMPTMSG, NULL);
}

static void run(const struct measurement *m)
{
        L4_ThreadId_t t = task_space_waiting(task_pager());

        if (L4_IsNilThread(t) || (m->state && !L4_ConfCtrlXfer(t, m->state, 1)) ||
            (m->limited && !limit(t))) {
                l4_printf("# %s: refused\n", m->name);
                return;
        }
        L4_Set_Priority(t, L4_SCHED_PRIO_MAX);
        mark(M_NEXT);
        task_start(t, m->measured);
        if (m->limited)
                preemption_messages(t);
        m->other_side(t);
        l4_printf("%s\t%u\t%u\n", m->name, m->rounds, (unsigned int)ticks);
        task_delete(t);
}

int main(void)
{
        task_init();
        L4_Accept(L4_Nilpage, 0);
        partner = L4_MyGlobalId();
        for (unsigned int n = 0; L4_Feature(n); n++)
                l4_printf("# feature\t%s\n", L4_Feature(n));
        for (unsigned int i = 0; i < sizeof(measurements) / sizeof(measurements[0]); i++) {
                const char *feature = measurements[i].feature;

                if (!feature || L4_HasFeature(feature))
                        run(&measurements[i]);
        }
        l4_printf("# done\n");
        return 0;
}
