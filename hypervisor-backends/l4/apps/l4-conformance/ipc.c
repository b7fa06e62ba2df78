/* SPDX-License-Identifier: BSD-2-Clause */
/* Ipc and Lipc that succeed: words, labels, senders, waits, propagation [5]. */
#include "check.h"

#define WORDS 63

static volatile L4_Word_t echo_bad, echo_from;

/* Answer every message with the same one, each word complemented. */
static void echo(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        L4_Accept(L4_Nilpage, 0);
        tag = L4_Wait(&from);
        for (;;) {
                echo_from = from.raw;
                for (unsigned int i = 1; i <= L4_UntypedWords(tag); i++)
                        L4_LoadMR(i, ~L4_StoreMR(i));
                L4_Set_MsgTag(L4_Tag(L4_Label(tag), L4_UntypedWords(tag), 0));
                tag = L4_ReplyWait(from, &from);
        }
}

/* Call @to with 0 .. 63 words by @lipc or Ipc; the number of wrong exchanges. */
static unsigned int all_sizes(L4_ThreadId_t to, int lipc)
{
        unsigned int wrong = 0;

        for (unsigned int n = 0; n <= WORDS; n++) {
                L4_Word_t timeouts = L4_Timeouts(PATIENCE, PATIENCE);
                L4_MsgTag_t tag;

                for (unsigned int i = 1; i <= WORDS; i++)
                        L4_LoadMR(i, n * 0x01010101u + i);
                L4_Set_MsgTag(L4_Tag(0x1234, n, 0));
                tag = lipc ? L4_Lipc(to, to, timeouts, NULL) : L4_Ipc(to, to, timeouts, NULL);
                wrong += L4_IpcFailed(tag) || L4_UntypedWords(tag) != n || L4_TypedWords(tag) != 0;
                for (unsigned int i = 1; i <= n; i++)
                        wrong += L4_StoreMR(i) != ~(n * 0x01010101u + i);
        }
        return wrong;
}

static volatile L4_ThreadId_t got_from;

/* An Ipc with neither phase does nothing; the stub must not look behind nilthread. */
static void neither_phase(void)
{
        L4_ThreadId_t from = {1};

        shared[2] = L4_IpcSucceeded(
            L4_Ipc(L4_nilthread, L4_nilthread, L4_Timeouts(L4_Never, L4_Never), &from));
        got_from.raw = from.raw;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        shared[3] = L4_IpcSucceeded(
            L4_Lipc(L4_nilthread, L4_nilthread, L4_Timeouts(L4_Never, L4_Never), NULL));
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

static void neither(void)
{
        task_thread(L4_nilthread, neither_phase);
        shared[2] = shared[3] = 0;
        check(L4_IpcSucceeded(L4_Wait_Timeout(PATIENCE, NULL)) && shared[2] && got_from.raw == 0,
              "5.6", "ipc: from nobody to nobody returns at once");
        check(shared[3] == 1, "5.6", "ipc: and so does Lipc");
        task_delete_all();
}

static void sizes(void)
{
        L4_ThreadId_t in = task_thread(L4_nilthread, echo), out = task_space(echo), from;
        L4_MsgTag_t tag;

        check(all_sizes(out, 0) == 0, "5.6", "ipc: 0 to 63 words between spaces");
        check(echo_from == self.raw, "5.6",
              "ipc: a receiver elsewhere sees the sender's global id");
        check(all_sizes(in, 0) == 0, "5.6", "ipc: 0 to 63 words inside a space, global ids");
        check(all_sizes(task_local_id(in), 0) == 0, "5.6",
              "ipc: 0 to 63 words inside a space, local ids");
        check(all_sizes(task_local_id(in), 1) == 0, "5.6", "ipc: 0 to 63 words by Lipc");
        check(echo_from == self.raw || echo_from == L4_MyLocalId().raw, "5.6",
              "ipc: a receiver in the space sees an id of the sender");

        for (unsigned int i = 1; i <= WORDS; i++)
                L4_LoadMR(i, 0xA5A50000 + i);
        L4_Set_MsgTag(L4_Tag(0xBEEF, 2, 0));
        tag = L4_Ipc(out, out, L4_Timeouts(PATIENCE, PATIENCE), &from);
        check(L4_Label(tag) == 0xBEEF, "5.1", "ipc: the label arrives");
        check(from.raw == out.raw, "5.6", "ipc: the sender's id is returned");
        check(L4_StoreMR(3) == 0xA5A50003 && L4_StoreMR(63) == 0xA5A5003F, "5.6",
              "ipc: message registers beyond the message stay");
        check(L4_StoreMR(0) == tag.raw, "5.6", "ipc: MR0 holds the received tag");
        check((tag.raw & L4_TAG_FLAGS_MASK) == 0, "5.1", "ipc: a plain message has no flags");
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Ipc(out, L4_anythread, L4_Timeouts(PATIENCE, PATIENCE), &from);
        check(L4_IpcSucceeded(tag) && from.raw == out.raw, "5.6",
              "ipc: send and open wait in one call");
        tag = L4_Ipc(task_local_id(in), L4_anylocalthread, L4_Timeouts(PATIENCE, PATIENCE), &from);
        check(L4_IpcSucceeded(tag), "5.6", "ipc: a wait for any local thread takes a local sender");
        check(from.raw == in.raw || from.raw == task_local_id(in).raw, "5.6", "ipc: and names it");
        task_delete_all();
}

static volatile L4_Word_t send_value;

static void send_one(void)
{
        L4_Set_MsgTag(L4_Tag(7, 1, 0));
        L4_LoadMR(1, send_value);
        shared[0] = L4_Send(self).raw;
        shared[1] = 1;
}

static void closed_and_open(void)
{
        L4_ThreadId_t a, b, from;
        L4_MsgTag_t tag;

        shared[1] = 0;
        send_value = 11;
        a = task_space(send_one);
        L4_Sleep(BRIEFLY);
        send_value = 22;
        b = task_space(send_one);
        L4_Sleep(BRIEFLY);
        check(shared[1] == 0, "5.6", "ipc: a sender blocks until its receiver waits");
        tag = L4_Receive_Timeout(b, PATIENCE);
        check(L4_IpcSucceeded(tag) && L4_StoreMR(1) == 22, "5.6",
              "ipc: a closed receive takes only its partner");
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && L4_StoreMR(1) == 11 && from.raw == a.raw, "5.6",
              "ipc: an open wait takes whoever is queued");
        task_delete_all();

        send_value = 1;
        a = task_space(send_one);
        L4_Sleep(BRIEFLY);
        send_value = 2;
        b = task_space(send_one);
        L4_Sleep(BRIEFLY);
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && from.raw == a.raw, "5.6",
              "ipc: queued senders come in order");
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && from.raw == b.raw, "5.6", "ipc: and the second one next");
        task_delete_all();

        send_value = 3;
        a = task_space(send_one);
        tag = L4_Ipc(L4_nilthread, L4_anylocalthread, L4_Timeouts(L4_Never, MS(40)), &from);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "5.6",
              "ipc: a wait for any local thread ignores other spaces");
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && L4_StoreMR(1) == 3, "5.6",
              "ipc: whose message then still comes");
        L4_LoadMR(1, 99);
        tag = L4_Ipc(L4_nilthread, L4_nilthread, 0, NULL);
        check(L4_IpcSucceeded(tag), "5.6", "ipc: no send and no receive phase is no error");
        task_delete_all();
}

/* A message sent by @self in the name of another thread of its space. */
static L4_ThreadId_t virtual_sender;

static void propagate(void)
{
        L4_Set_VirtualSender(virtual_sender);
        L4_LoadMR(1, 0x77);
        L4_Set_MsgTag((L4_MsgTag_t){L4_Tag(5, 1, 0).raw | L4_TAG_PROPAGATED});
        L4_Send(self);
}

static void sleep_for_ever(void)
{
        L4_Sleep(L4_Never);
}

static void propagation(void)
{
        L4_ThreadId_t first = task_space(sleep_for_ever), second, from;
        L4_MsgTag_t tag;

        virtual_sender = first;
        second = task_thread(first, propagate);
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && L4_StoreMR(1) == 0x77, "5.6",
              "ipc: a propagated message arrives");
        check(L4_IpcPropagated(tag), "5.1", "ipc: it carries the propagated flag");
        check(from.raw == first.raw, "5.6", "ipc: it seems to come from the virtual sender");
        check(L4_ActualSender().raw == second.raw, "5.6", "ipc: the actual sender is told");
        task_delete_all();

        virtual_sender = L4_Sigma0();
        second = task_space(propagate);
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag) && from.raw == second.raw, "5.6",
              "ipc: propagation for a stranger is ignored");
        task_delete_all();
}

static volatile L4_Word_t reg_result[8];

/* Register contents of Ipc as the interface fixes them. */
static void registers(void)
{
        L4_ThreadId_t out = task_space(echo);
        L4_Word_t *utcb = L4_Utcb(), eax = out.raw, edx = out.raw, ecx = 0, esi, ebx, edi, mr2;

        L4_LoadMR(1, 0x10);
        L4_LoadMR(2, 0x20);
        L4_Set_MsgTag(L4_Tag(3, 2, 0));
        esi = utcb[0];
        ebx = L4_syscalls.ipc;
        edi = (L4_Word_t)utcb;
        reg_result[0] = 0;
        __asm__ volatile("pushl %%ebp\n\t"
                         "pushl %%esp\n\t"
                         "calll *%%ebx\n\t"
                         "movl %%ebp, %%ecx\n\t"
                         "popl %%ebp\n\t"
                         "subl %%esp, %%ebp\n\t"
                         "movl %%ebp, %[sp]\n\t"
                         "popl %%ebp"
                         : "+a"(eax), "+d"(edx), "+c"(ecx), "+S"(esi), "+D"(edi),
                           "+b"(ebx), [sp] "=m"(reg_result[0])
                         :
                         : "memory", "cc");
        mr2 = ecx;
        check(eax == out.raw, "A.4", "ipc: EAX returns the sender");
        check(esi == L4_Tag(3, 2, 0).raw, "A.4", "ipc: ESI returns MR0");
        check(ebx == ~0x10u, "A.4", "ipc: EBX returns MR1");
        check(mr2 == ~0x20u, "A.4", "ipc: EBP returns MR2");
        check(edi == (L4_Word_t)utcb, "A.4", "ipc: EDI keeps the UTCB");
        check(reg_result[0] == 0, "A.4", "ipc: ESP is kept");
        task_delete_all();
}

void area_ipc(void)
{
        neither();
        sizes();
        closed_and_open();
        propagation();
        registers();
}
