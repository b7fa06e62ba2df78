/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pingpong: what one IPC costs, in ticks of the time-stamp counter.
 *
 * Under `qemu -icount shift=0` a tick is one instruction executed, so the
 * figures repeat exactly.  Two threads bounce a message of 0 to 63 words: in
 * two spaces, in one space by Ipc, in one space by Lipc; where the kernel has
 * them, in two small spaces, and from a large to a small one; and with a control
 * transfer item that the receiver does not accept.
 * Output: tab-separated mode, untyped words, item (0 or 1), ticks for one way, in the
 * order of the marked measurements, and rounds per measurement.
 */
#include "../common/mark.h"
#include "../common/task.h"

#define WARM_UP 200
#define ROUNDS  1000
#define SIZES   L4_NUM_MRS

/* The size whose round trips are marked (common/mark.h): what they do is that of all. */
#define MARKED 4

enum mode { INTER, INTRA, LIPC, SMALL, MIXED, MODES };
static const char *const mode_name[MODES] = {"inter", "intra", "lipc", "small", "mixed"};

/* Where a thread calls the kernel: its space's KIP plus a stub's offset. */
struct side {
        volatile L4_Word_t entry, partner;
};
static struct side server_side, client_side;
static volatile unsigned int most_words, done;
static unsigned int ticks[SIZES];

/* One call of the stub, nothing stored: what a careful program would write. */
L4_INLINE L4_Word_t exchange(L4_Word_t entry, L4_Word_t partner, L4_Word_t tag, L4_Word_t *utcb)
{
        L4_Word_t from = partner, timeouts = 0;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%%ebx\n\t"
                         "popl %%ebp"
                         : "+a"(partner), "+d"(from), "+c"(timeouts), "+S"(tag), "+D"(utcb),
                           "+b"(entry)
                         :
                         : "memory", "cc");
        return tag;
}

/* Receive from a partner, or from nobody, by the stub at `entry`. */
static L4_Word_t receive(L4_Word_t entry, L4_Word_t partner, L4_Word_t *utcb)
{
        L4_Word_t to = 0, timeouts = 0, tag = 0;

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%%ebx\n\t"
                         "popl %%ebp"
                         : "+a"(to), "+d"(partner), "+c"(timeouts), "+S"(tag), "+D"(utcb),
                           "+b"(entry)
                         :
                         : "memory", "cc");
        return tag;
}

static void server(void)
{
        L4_Word_t entry = server_side.entry, partner = server_side.partner;
        L4_Word_t *utcb = L4_Utcb(), tag;

        L4_Accept(L4_Nilpage, 0);
        tag = receive(entry, partner, utcb);
        for (;;)
                tag = exchange(entry, partner, tag, utcb);
}

static void load_message(unsigned int words, int item)
{
        static const L4_Word_t regs[L4_CTRLXFER_GP_REGS];

        L4_Set_MsgTag(L4_Tag(0, words, item ? 1 + L4_CTRLXFER_GP_REGS : 0));
        if (item)
                L4_LoadCtrlXferItem(words + 1, L4_CTRLXFER_ID_GP, L4_CTRLXFER_GP_ALL, regs);
}

/* Ticks for one way with @words untyped words; 0 if the kernel refused. */
static unsigned int measure(L4_Word_t entry, L4_Word_t partner, unsigned int words, int item)
{
        L4_Word_t *utcb = L4_Utcb(), tag;
        uint64_t start;

        load_message(words, item);
        tag = utcb[0];
        for (unsigned int i = 0; i < WARM_UP; i++)
                tag = exchange(entry, partner, tag, utcb);
        if (tag & L4_TAG_ERROR)
                return 0;
        if (words == MARKED)
                mark(M_THERE);
        start = l4_rdtsc();
        for (unsigned int i = 0; i < ROUNDS; i++)
                tag = exchange(entry, partner, tag, utcb);
        start = l4_rdtsc() - start;
        mark(M_OFF);
        return (unsigned int)((start + ROUNDS) / (2 * ROUNDS));
}

static void measure_all(int item)
{
        mark(M_NEXT);
        for (unsigned int words = 0; words <= most_words; words++)
                ticks[words] = measure(client_side.entry, client_side.partner, words, item);
}

/* A client in a small space, where no library call works. */
static void client(void)
{
        measure_all(0);
        done = 1;
        receive(client_side.entry, client_side.partner, L4_Utcb());
}

static L4_ThreadId_t space_for(enum mode mode, int is_client)
{
        if (mode == SMALL || (mode == MIXED && !is_client))
                return task_small_space_waiting(TASK_SMALL_ID(is_client));
        return task_space_waiting(task_pager());
}

static void start(L4_ThreadId_t t, void (*fn)(void))
{
        L4_Set_Priority(t, L4_SCHED_PRIO_MAX);
        task_start(t, fn);
}

static void print(enum mode mode, int item)
{
        for (unsigned int words = 0; words <= most_words; words++) {
                if (!ticks[words]) {
                        l4_printf("# %s with item: refused\n", mode_name[mode]);
                        return;
                }
                l4_printf("%s\t%u\t%d\t%u\n", mode_name[mode], words, item, ticks[words]);
        }
}

/* The client is main. */
static void run(enum mode mode, int item)
{
        L4_Word_t entry = mode == LIPC ? L4_syscalls.lipc : L4_syscalls.ipc;
        L4_ThreadId_t t = mode == INTER ? task_space_waiting(task_pager())
                                        : task_thread_waiting(L4_nilthread, task_pager());

        most_words = item ? L4_NUM_MRS - 2 - L4_CTRLXFER_GP_REGS : L4_NUM_MRS - 1;
        client_side.entry = server_side.entry = entry;
        server_side.partner = mode == LIPC ? L4_MyLocalId().raw : L4_MyGlobalId().raw;
        client_side.partner = mode == LIPC ? task_local_id(t).raw : t.raw;
        start(t, server);
        measure_all(item);
        print(mode, item);
        task_delete(t);
}

/* The client is a thread of another space, as its server is; main waits. */
static void run_small(enum mode mode)
{
        L4_ThreadId_t s = space_for(mode, 0), c = space_for(mode, 1);
        L4_Word_t low_entry = L4_syscalls.ipc - L4_ROOT_KIP_BASE + TASK_LOW_KIP;

        if (L4_IsNilThread(s) || L4_IsNilThread(c)) {
                l4_printf("# %s: refused\n", mode_name[mode]);
                return;
        }
        most_words = L4_NUM_MRS - 1;
        done = 0;
        server_side.entry = low_entry;
        client_side.entry = mode == SMALL ? low_entry : L4_syscalls.ipc;
        server_side.partner = c.raw;
        client_side.partner = s.raw;
        start(s, server);
        start(c, client);
        while (!done)
                L4_Sleep(L4_TimePeriod(1000));
        print(mode, 0);
        task_delete(s);
        task_delete(c);
}

int main(void)
{
        task_init();
        L4_Accept(L4_Nilpage, 0);
        l4_printf("# kernel\t%s\n", L4_KernelVersionString());
        for (unsigned int n = 0; L4_Feature(n); n++)
                l4_printf("# feature\t%s\n", L4_Feature(n));
        l4_printf("# rounds\t%u\n", ROUNDS);
        l4_printf("mode\twords\titem\tticks\n");
        for (enum mode m = INTER; m <= LIPC; m++)
                run(m, 0);
        if (L4_HasFeature(L4_FEATURE_SMALLSPACES))
                for (enum mode m = SMALL; m <= MIXED; m++)
                        run_small(m);
        if (L4_HasFeature(L4_FEATURE_CTRLXFER))
                for (enum mode m = INTER; m <= INTRA; m++)
                        run(m, 1);
        l4_printf("# done\n");
        return 0;
}
