/* SPDX-License-Identifier: BSD-2-Clause */
/* Time slices of length zero ("zeroslice"; thesis 3.4). */
#include "check.h"

#define SECTION "zeroslice"

static volatile L4_Word_t count, donations;
static L4_ThreadId_t receiver;

static void spin(void)
{
        for (;;)
                count++;
}

static void donor(void)
{
        for (;;) {
                L4_ThreadSwitch(receiver);
                donations++;
        }
}

/* --- messages of being without time (this project's) ------------------------------------- */

#define TELL L4_SCHED_TIMEMSG

static L4_Word_t zero_slice(void)
{
        return L4_TimeControl(L4_ZeroTime, L4_Never);
}

/* The label of the next message of @t; 0 if none comes. */
static L4_Word_t told(L4_ThreadId_t t, L4_Time_t patience)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(t, patience);

        return L4_IpcSucceeded(tag) ? L4_Label(tag) : 0;
}

static void answer(L4_ThreadId_t t)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, L4_ZeroTime);
}

static void telling(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());
        L4_Word_t before;

        count = 0;
        check(L4_Schedule(t, zero_slice(), -1u, 100, TELL, NULL) != L4_STATE_ERROR, SECTION,
              "zero slices: messages of being without time can be switched on");
        task_start(t, spin);
        check(told(t, PATIENCE) == L4_LABEL_NO_TIME && count == 0, SECTION,
              "zero slices: a thread that becomes ready tells its scheduler instead of running");
        answer(t);
        check(!told(t, BRIEFLY) && count == 0, SECTION,
              "zero slices: answered it stands still, and tells no more");
        L4_ThreadSwitch(t);
        check(count > 0, SECTION, "zero slices: until it is given time");
        check(told(t, PATIENCE) == L4_LABEL_NO_TIME, SECTION,
              "zero slices: when that is used up it tells again");
        before = count;
        L4_Sleep(BRIEFLY);
        check(count == before, SECTION, "zero slices: and does not run on meanwhile");
        task_delete_all();
}

/* The scheduler never hears a message that is cancelled, and nobody else knows. */
static void cancelled(void)
{
        struct L4_ExRegs cancel = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND};
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        L4_Schedule(t, zero_slice(), -1u, 100, TELL, NULL);
        task_start(t, spin);
        told(t, PATIENCE);
        L4_ExchangeRegisters(t, &cancel);
        check(told(t, PATIENCE) == L4_LABEL_NO_TIME, SECTION,
              "zero slices: a thread whose message is cancelled tells again");
        answer(t);
        L4_ThreadSwitch(t);
        check(told(t, PATIENCE) == L4_LABEL_NO_TIME, SECTION,
              "zero slices: and when what it is given is used up");
        task_delete_all();
}

static L4_ThreadId_t keeper, kept;
static volatile L4_Word_t handed_on, returned;

/* Who preempts: by a clock tick, or by an interrupt. */
static void often(void)
{
        for (;;)
                L4_Sleep(MS(6));
}

static void interrupted_often(void)
{
        timer_attach(L4_MyGlobalId());
        for (;;) {
                timer_once(6);
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Call(timer_line());
        }
}

/* The scheduler of `kept': lets it go on by the answer, on the time it has itself been given. */
static void keep(void)
{
        L4_MsgTag_t tag;

        L4_LoadMR(1, (L4_Word_t)spin);
        L4_LoadMR(2, task_stack(kept));
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        for (;;) {
                tag = L4_Call(kept);
                handed_on += L4_Label(tag) == L4_LABEL_PREEMPTION;
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
        }
}

static void give_once(void)
{
        L4_ThreadSwitch(receiver);
        returned++;
        L4_Sleep(L4_Never);
}

/* A donor of lower priority, whose slice never ends, gives it to @t, whom @rival preempts. */
static void give(L4_ThreadId_t t, void (*rival)(void))
{
        L4_ThreadId_t d = task_thread_waiting(L4_nilthread, task_pager()), high;

        receiver = t;
        returned = 0;
        L4_Schedule(d, L4_TimeControl(L4_Never, L4_Never), -1u, 90, -1u, NULL);
        high = task_thread(L4_nilthread, rival);
        L4_Set_Priority(high, 200);
        task_start(d, give_once);
}

/* Preempted threads keep what they were given, or pass it on to whoever decides about them. */
static void rest_of_time(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());
        L4_Word_t before;

        L4_Schedule(t, zero_slice(), -1u, 100, TELL, NULL);
        task_start(t, spin);
        told(t, PATIENCE);
        answer(t);
        L4_Schedule(t, -1u, -1u, -1u, TELL | L4_SCHED_PREEMPTMSG, NULL);
        give(t, often);
        check(told(t, PATIENCE) == L4_LABEL_PREEMPTION, SECTION,
              "zero slices: a preemption is told from the end of the time");
        before = count;
        answer(t);
        check(told(t, PATIENCE) == L4_LABEL_PREEMPTION && count != before && !returned, SECTION,
              "zero slices: who is preempted keeps the rest of what it was given");
        task_delete_all();
}

static void rest_of_time_of_both(void (*rival)(void), const char *has, const char *asks)
{
        L4_Word_t before;

        keeper = task_thread_waiting(L4_nilthread, task_pager());
        kept = task_thread_waiting(L4_nilthread, task_pager());
        L4_ThreadControl(kept, self, keeper, L4_nilthread, L4_UTCB_LEAVE);
        L4_Schedule(kept, zero_slice(), -1u, 100, TELL | L4_SCHED_PREEMPTMSG, NULL);
        L4_Schedule(keeper, zero_slice(), -1u, 100, TELL, NULL);
        task_start(keeper, keep);
        told(keeper, PATIENCE);
        answer(keeper);
        before = count;
        handed_on = 0;
        give(keeper, rival);
        L4_Sleep(MS(60));
        check(handed_on >= 2 && count != before, SECTION, has);
        check(!told(keeper, L4_ZeroTime) && !returned, SECTION, asks);
        task_delete_all();
}

static L4_ThreadId_t listener;

static void listen(void)
{
        for (;;)
                L4_Wait_Timeout(L4_Never, NULL);
}

static void talk(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        for (;;) {
                L4_Send(listener);
                count++;
        }
}

/* What it was given is over between two ticks of the clock, and somebody of higher priority wakes.
 */
static void over_between_ticks(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager()), d;

        listener = task_thread(L4_nilthread, listen);
        L4_Set_Priority(listener, 200);
        d = task_thread_waiting(L4_nilthread, task_pager());
        L4_Schedule(d, L4_TimeControl(L4_TimePeriod(1), L4_Never), -1u, 90, -1u, NULL);
        L4_Schedule(t, zero_slice(), -1u, 100, TELL, NULL);
        task_start(t, talk);
        told(t, PATIENCE);
        answer(t);
        receiver = t;
        count = 0;
        task_start(d, give_once);
        check(told(t, PATIENCE) == L4_LABEL_NO_TIME, SECTION,
              "zero slices: who is preempted just when its time is over tells, too");
        task_delete_all();
}

void area_zeroslice(void)
{
        L4_Word_t zero = L4_TimeControl(L4_ZeroTime, L4_Never);
        L4_ThreadId_t d;
        L4_Word_t old, before;

        receiver = task_thread(L4_nilthread, spin);
        L4_Sleep(BRIEFLY);
        check(count > 0, SECTION, "zero slices: a thread runs on its own slice at first");
        check(L4_Schedule(receiver, zero, -1u, -1u, -1u, NULL) != L4_STATE_ERROR, SECTION,
              "zero slices: a slice of zero can be set");
        L4_Schedule(receiver, -1u, -1u, -1u, -1u, &old);
        check(old >> L4_SCHED_SLICE_SHIFT == L4_TIME_ZERO, SECTION,
              "zero slices: and reads back as zero");
        L4_Sleep(BRIEFLY);
        before = count;
        L4_Sleep(MS(60));
        check(count == before, SECTION, "zero slices: such a thread does not run by itself");
        d = task_thread(L4_nilthread, donor);
        L4_Sleep(MS(60));
        check(count != before, SECTION, "zero slices: it runs on donated time");
        check(donations > 0, SECTION, "zero slices: and gives way when that is used up");
        task_delete(d);
        L4_Sleep(BRIEFLY);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count == before, SECTION, "zero slices: without a donor it stands still again");
        L4_Schedule(receiver, L4_TimeControl(MS(10), L4_Never), -1u, -1u, -1u, NULL);
        L4_Sleep(BRIEFLY);
        check(count != before, SECTION, "zero slices: with a slice of its own it runs again");
        L4_Schedule(receiver, L4_TimeControl(L4_Never, L4_Never), -1u, -1u, -1u, NULL);
        before = count;
        L4_Sleep(BRIEFLY);
        check(count != before, SECTION, "zero slices: never is not zero");
        task_delete_all();
        if (!L4_HasFeature(L4_FEATURE_PREEMPTMSG))
                return;
        telling();
        cancelled();
        rest_of_time();
        rest_of_time_of_both(often, "zero slices: or its scheduler has it, if that has no other",
                             "zero slices: and need not ask for more");
        rest_of_time_of_both(interrupted_often,
                             "zero slices: who is preempted by an interrupt passes it on, too",
                             "zero slices: and its scheduler need not ask for more");
        timer_attach(timer_line());
        over_between_ticks();
}
