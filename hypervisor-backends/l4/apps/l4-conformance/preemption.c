/* SPDX-License-Identifier: BSD-2-Clause */
/* Preemption messages ("preemptmsg"; thesis 3.3, 4.2, A.2, A.5). */
#include "check.h"

#define SECTION "preemptmsg"
#define ON      L4_SCHED_PREEMPTMSG

static volatile L4_Word_t count, go;
static L4_Word_t mr[L4_NUM_MRS], regs[32];

static void spin(void)
{
        for (;;)
                count++;
}

static void higher(void)
{
        for (;;) {
                L4_Sleep(MS(15));
                go++;
        }
}

/* The next message of @t that is a preemption message; false if none comes. */
static int preemption(L4_ThreadId_t t, L4_Time_t patience)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(t, patience);

        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        return L4_IpcSucceeded(tag) && L4_Label(tag) == L4_LABEL_PREEMPTION;
}

static void resume(L4_ThreadId_t t)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, L4_ZeroTime);
}

static L4_Word_t slice(unsigned int ms)
{
        return L4_TimeControl(MS(ms), L4_Never);
}

static void start_up(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        count = 0;
        check(L4_Schedule(t, slice(10), -1u, 100, ON, NULL) != L4_STATE_ERROR, SECTION,
              "preemption: messages can be switched on before the start");
        task_start(t, spin);
        L4_Sleep(BRIEFLY);
        check(count == 0, SECTION,
              "preemption: then the pager's message does not start the thread");
        check(L4_IpcSucceeded(start_by_message(t, spin, task_stack(t))), SECTION,
              "preemption: the scheduler's message does");
        task_thread(L4_nilthread, spin);
        check(preemption(t, PATIENCE) && count > 0, SECTION,
              "preemption: and it runs until its first preemption");
        task_delete_all();
}

/* The registers of a message with them: as an item, or in the order of an exception. */
static void registers_as_item(void)
{
        L4_Word_t id_mask;
        unsigned int id;

        check((mr[0] & L4_TAG_UNTYPED_MASK) == 2 &&
                  (mr[0] & L4_TAG_TYPED_MASK) >> L4_TAG_TYPED_SHIFT == 11 &&
                  mr[3] == L4_CTRLXFER_GP_ITEM,
              SECTION, "preemption: with an item of the general registers where configured");
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                L4_LoadMR(i, mr[i]);
        L4_StoreCtrlXferItem(3, &id, &id_mask, regs);
}

static void registers_as_words(void)
{
        check((mr[0] & L4_TAG_UNTYPED_MASK) == 2 + L4_CTRLXFER_GP_REGS &&
                  (mr[0] & L4_TAG_TYPED_MASK) == 0,
              SECTION, "preemption: with the general registers as words where there are no items");
        regs[L4_CTRLXFER_GP_EIP] = mr[3];
}

static void messages(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, spin), rival;
        int items = L4_HasFeature(L4_FEATURE_CTRLXFER);
        L4_Word_t before;
        L4_Clock_t stamp, now;

        rival = task_thread(L4_nilthread, spin);
        L4_Schedule(rival, slice(10), -1u, 100, -1u, NULL);
        if (items)
                L4_ConfCtrlXfer(t, L4_FAULT_PREEMPTION, L4_FAULTCONF_GP);
        L4_Schedule(t, slice(10), -1u, 100, ON, NULL);
        check(preemption(t, PATIENCE), SECTION,
              "preemption: the end of the time slice is a message");
        stamp = (L4_Clock_t)mr[2] << 32 | mr[1];
        now = L4_SystemClock();
        check(stamp <= now && now - stamp < 1000000, SECTION,
              "preemption: whose first two words are the time");
        if (items)
                registers_as_item();
        else
                registers_as_words();
        check(regs[L4_CTRLXFER_GP_EIP] - (L4_Word_t)spin < 64, SECTION,
              "preemption: EIP is where the thread was");
        task_delete(rival);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count == before, SECTION, "preemption: the thread stands still until the answer");
        resume(t);
        L4_Sleep(BRIEFLY);
        check(count != before, SECTION, "preemption: an empty answer lets it go on");
        check(preemption(t, PATIENCE), SECTION, "preemption: until the next one");
        L4_Schedule(t, -1u, -1u, -1u, 0, NULL);
        resume(t);
        L4_Sleep(BRIEFLY);
        check(!preemption(t, BRIEFLY), SECTION,
              "preemption: switched off there are no more messages");
        task_delete_all();
}

static void by_priority(void)
{
        L4_ThreadId_t t, high;

        go = 0;
        t = task_thread(L4_nilthread, spin);
        high = task_thread(L4_nilthread, higher);
        L4_Set_Priority(high, 200);
        L4_Schedule(t, L4_TimeControl(L4_Never, L4_Never), -1u, 100, ON, NULL);
        check(preemption(t, PATIENCE), SECTION,
              "preemption: a thread of higher priority that wakes up is a message");
        L4_Sleep(BRIEFLY);
        check(go > 0, SECTION, "preemption: and that thread runs");
        task_delete_all();
}

/* A page fault is no preemption, and the fault's message is the only one. */
static void faulter(void)
{
        (void)*(volatile L4_Word_t *)0x30000000;
        for (;;)
                count++;
}

static void no_message_for_faults(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, self);
        L4_MsgTag_t tag;

        L4_Schedule(t, L4_TimeControl(L4_Never, L4_Never), -1u, 100, ON, NULL);
        start_by_message(t, faulter, task_stack(t));
        tag = L4_Receive_Timeout(t, PATIENCE);
        check((L4_Label(tag) & 0xFFF0) == L4_LABEL_PAGEFAULT, SECTION,
              "preemption: a page fault is a page-fault message only");
        task_delete_all();
}

/*
 * Waits the kernel's long way and is woken by the short one, by a call; then its registers
 * have to stay.
 */
static volatile L4_Word_t lost;
static L4_ThreadId_t woken;

static void waits_and_spins(void)
{
        L4_ThreadId_t from;

        L4_Wait(&from);
        __asm__ volatile("movl $0x5A5A, %%esi\n"
                         "1:\tincl %0\n\t"
                         "cmpl $0x5A5A, %%esi\n\t"
                         "je 1b\n\t"
                         "movl $1, %1"
                         : "+m"(count), "=m"(lost)
                         :
                         : "esi", "cc");
        for (;;)
                L4_Yield();
}

static void calls(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Call(woken);
}

static void no_ipc_to_end(void)
{
        struct L4_ExRegs cancel = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND};
        L4_ThreadId_t high;
        L4_Word_t before;

        lost = 0;
        woken = task_thread(L4_nilthread, waits_and_spins);
        L4_Sleep(BRIEFLY);
        task_thread(L4_nilthread, calls);
        high = task_thread(L4_nilthread, higher);
        L4_Set_Priority(high, 200);
        L4_Schedule(woken, L4_TimeControl(L4_Never, L4_Never), -1u, 100, ON, NULL);
        check(preemption(woken, PATIENCE), SECTION,
              "preemption: a thread that has been called is preempted");
        L4_ExchangeRegisters(woken, &cancel);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count != before && !lost, SECTION,
              "preemption: a cancelled message of a thread in no Ipc leaves its registers");
        task_delete_all();
}

void area_preemption(void)
{
        start_up();
        messages();
        by_priority();
        no_message_for_faults();
        no_ipc_to_end();
}
