/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's side of the resource monitor's protocol. */
#include <l4/io.h>
#include <l4/ipc.h>
#include <l4/resourcemon.h>

#define LINE_MAX 128

/* Call the monitor with the words loaded already; its result. */
static L4_Word_t request(L4_Word_t label, unsigned int words)
{
        L4_Set_MsgTag(L4_Tag(label, words, 0));
        return L4_IpcFailed(L4_Call(L4_Pager())) ? L4_ERROR_THREAD : L4_StoreMR(1);
}

void rmon_putc(char c)
{
        static char line[LINE_MAX];
        static unsigned int used;

        line[used++] = c;
        if (c != '\n' && used < LINE_MAX)
                return;
        L4_LoadMR(1, used);
        memcpy(L4_Utcb() + 2, line, used);
        request(RMON_PUTS, 1 + (used + 3) / 4);
        used = 0;
}

void rmon_exit(unsigned int status)
{
        for (;;) {
                L4_LoadMR(1, status);
                request(RMON_EXIT, 1);
        }
}

L4_Word_t rmon_thread_control(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                              L4_ThreadId_t pager, L4_Word_t utcb)
{
        L4_LoadMR(1, dest.raw);
        L4_LoadMR(2, space.raw);
        L4_LoadMR(3, scheduler.raw);
        L4_LoadMR(4, pager.raw);
        L4_LoadMR(5, utcb);
        return request(RMON_THREAD_CONTROL, 5);
}

L4_Word_t rmon_space_control(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip,
                             L4_Fpage_t utcb)
{
        L4_LoadMR(1, space.raw);
        L4_LoadMR(2, control);
        L4_LoadMR(3, kip.raw);
        L4_LoadMR(4, utcb.raw);
        return request(RMON_SPACE_CONTROL, 4);
}

int rmon_memory(unsigned int bits, L4_Fpage_t window)
{
        L4_Word_t old = L4_StoreBR(0);
        L4_MsgTag_t tag;

        L4_Accept(window, 0);
        L4_LoadMR(1, bits);
        L4_Set_MsgTag(L4_Tag(RMON_MEMORY, 1, 0));
        tag = L4_Call(L4_Pager());
        L4_LoadBR(0, old);
        return L4_IpcSucceeded(tag) && L4_TypedWords(tag) == 2;
}

L4_Word_t rmon_threads(L4_Word_t *count)
{
        request(RMON_THREADS, 0);
        *count = L4_StoreMR(3);
        return L4_StoreMR(2);
}
