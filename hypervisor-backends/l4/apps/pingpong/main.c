/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pingpong: what one IPC costs, in ticks of the time-stamp counter.
 *
 * Under `qemu -icount shift=0` a tick is one instruction executed, so the
 * figures repeat exactly.  Two threads bounce a message of 0 to 63 words: in
 * two spaces, in one space by Ipc, in one space by Lipc; and, where the kernel
 * has them, with a control transfer item that the receiver does not accept.
 * Output: tab-separated mode, untyped words, item (0 or 1), ticks for one way.
 */
#include "../common/task.h"

#define WARM_UP 200
#define ROUNDS  1000

enum mode { INTER, INTRA, LIPC };
static const char *const mode_name[] = {"inter", "intra", "lipc"};

static volatile L4_Word_t server_entry, server_partner;

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

static void server(void)
{
        L4_Word_t entry = server_entry, partner = server_partner;
        L4_Word_t *utcb = L4_Utcb();
        L4_MsgTag_t tag;

        L4_Accept(L4_Nilpage, 0);
        tag = L4_Receive((L4_ThreadId_t){partner});
        for (;;)
                tag.raw = exchange(entry, partner, tag.raw, utcb);
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
        start = l4_rdtsc();
        for (unsigned int i = 0; i < ROUNDS; i++)
                tag = exchange(entry, partner, tag, utcb);
        return (unsigned int)((l4_rdtsc() - start + ROUNDS) / (2 * ROUNDS));
}

static void run(enum mode mode, int item)
{
        unsigned int most = item ? L4_NUM_MRS - 2 - L4_CTRLXFER_GP_REGS : L4_NUM_MRS - 1;
        L4_Word_t entry = mode == LIPC ? L4_syscalls.lipc : L4_syscalls.ipc;
        L4_ThreadId_t t;
        L4_Word_t partner;

        server_entry = entry;
        server_partner = mode == LIPC ? L4_MyLocalId().raw : L4_MyGlobalId().raw;
        t = mode == INTER ? task_space(server) : task_thread(L4_nilthread, server);
        L4_Set_Priority(t, L4_SCHED_PRIO_MAX);
        partner = mode == LIPC ? task_local_id(t).raw : t.raw;
        for (unsigned int words = 0; words <= most; words++) {
                unsigned int ticks = measure(entry, partner, words, item);

                if (!ticks) {
                        l4_printf("# %s with item: refused\n", mode_name[mode]);
                        break;
                }
                l4_printf("%s\t%u\t%d\t%u\n", mode_name[mode], words, item, ticks);
        }
        task_delete(t);
}

int main(void)
{
        task_init();
        L4_Accept(L4_Nilpage, 0);
        l4_printf("# kernel\t%s\n", L4_KernelVersionString());
        for (unsigned int n = 0; L4_Feature(n); n++)
                l4_printf("# feature\t%s\n", L4_Feature(n));
        l4_printf("mode\twords\titem\tticks\n");
        for (enum mode m = INTER; m <= LIPC; m++)
                run(m, 0);
        if (L4_HasFeature(L4_FEATURE_CTRLXFER))
                for (enum mode m = INTER; m <= INTRA; m++)
                        run(m, 1);
        l4_printf("# done\n");
        return 0;
}
