/* SPDX-License-Identifier: BSD-2-Clause */
/* Total quanta: who has used up its own tells its scheduler, and runs on when given another [3]. */
#include "check.h"

static volatile L4_Word_t count;
static L4_ThreadId_t under; /* what the thread below schedules */

static void spin(void)
{
        for (;;)
                count++;
}

static void hear_and_spin(void)
{
        L4_Receive(self);
        spin();
}

static L4_Word_t slice_and_quantum(L4_Time_t quantum)
{
        return L4_TimeControl(MS(5), quantum);
}

static int set(L4_ThreadId_t t, L4_Time_t quantum)
{
        return L4_Schedule(t, slice_and_quantum(quantum), -1u, 100, -1u, NULL) != L4_STATE_ERROR;
}

static int tells(L4_ThreadId_t t, L4_Time_t patience)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(t, patience);

        return L4_IpcSucceeded(tag) && L4_Label(tag) == L4_LABEL_PREEMPTION;
}

static void answer(L4_ThreadId_t t)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, L4_ZeroTime);
}

static void begins_with_none(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        count = 0;
        check(set(t, L4_ZeroTime), "3.3", "quantum: none at all can be given");
        task_start(t, spin);
        check(tells(t, PATIENCE) && !count, "3.3",
              "quantum: a thread that has none tells its scheduler instead of running");
        answer(t);
        check(!tells(t, BRIEFLY) && !count, "3.3",
              "quantum: answered without one it stands still, and tells no more");
        check(set(t, MS(20)) && tells(t, PATIENCE) && count, "3.3",
              "quantum: with one it runs until that is used up, and tells again");
        task_delete_all();
}

/* Wrong, such a thread was in no queue, and nobody knew. */
static void ends_while_waiting(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, hear_and_spin);

        count = 0;
        L4_Sleep(BRIEFLY);
        set(t, L4_ZeroTime);
        answer(t);
        check(tells(t, PATIENCE) && !count, "3.3",
              "quantum: a thread that has none when it has waited tells its scheduler");
        answer(t);
        check(set(t, MS(20)) && tells(t, PATIENCE) && count, "3.3",
              "quantum: and then runs on another");
        task_delete_all();
}

/* In a space that is not privileged: the scheduler of `under' makes itself at home. */
static void schedules(void)
{
        shared[0] = L4_Schedule(under, L4_TimeControl(L4_Never, L4_Never), -1u, -1u, -1u, NULL);
        shared[1] = L4_ErrorCode();
        shared[2] = L4_Schedule(under, -1u, -1u, 90, -1u, NULL);
        shared[3] = L4_Schedule(under, -1u, -1u, -1u, 0, NULL);
        L4_Send(self);
        L4_Sleep(L4_Never);
}

static int refused(L4_Word_t slice_of_zero)
{
        L4_ThreadId_t s = task_space_waiting(task_pager());

        under = task_thread_waiting(s, task_pager());
        L4_Schedule(under, L4_TimeControl(slice_of_zero ? L4_ZeroTime : MS(5), L4_Never), -1u, 100,
                    -1u, NULL);
        L4_ThreadControl(under, s, s, L4_nilthread, L4_UTCB_LEAVE);
        task_start(s, schedules);
        L4_Receive_Timeout(s, PATIENCE);
        task_delete_all();
        return shared[0] == L4_STATE_ERROR && shared[1] == L4_ERROR_NOPRIVILEGE &&
               shared[2] == L4_STATE_ERROR;
}

/* A thread that a privileged one gave a slice of zero, for a guest kernel to schedule. */
static void kept_from_schedulers(void)
{
        if (!L4_HasFeature(L4_FEATURE_ZEROSLICE))
                return;
        check(!refused(0) && shared[3] != L4_STATE_ERROR, "zeroslice",
              "zero slices: a scheduler sets the time of a thread that has some");
        check(refused(1) && shared[3] != L4_STATE_ERROR, "zeroslice",
              "zero slices: what a privileged thread set no other takes back, time or priority");
}

/* A period in microseconds; 0: for ever. */
static L4_Word_t microseconds(L4_Word_t time)
{
        return (time & L4_TIME_MANTISSA_MASK) << (time >> L4_TIME_EXPONENT_SHIFT & 31);
}

static L4_Word_t remains(L4_ThreadId_t t)
{
        L4_Word_t old = 0;

        L4_Schedule(t, -1u, -1u, -1u, -1u, &old);
        return old;
}

/* The old time word: what remains of the slice, and of the total quantum. */
static void remainders(void)
{
        enum { SLICE = 20000, QUANTUM = 1000000, RAN = 100000, PARTS = 64 /* time is rounded */ };
        L4_ThreadId_t t = task_thread(L4_nilthread, hear_and_spin);
        L4_Word_t slice, quantum;

        L4_Sleep(BRIEFLY);
        L4_Schedule(t, L4_TimeControl(L4_TimePeriod(SLICE), L4_TimePeriod(QUANTUM)), -1u, 100, -1u,
                    NULL);
        slice = microseconds(remains(t) >> L4_SCHED_SLICE_SHIFT);
        quantum = microseconds(remains(t) & 0xffff);
        check(slice > 0 && slice <= SLICE, "3.3",
              "quantum: of a slice remains some, and no more than it has");
        check(quantum > QUANTUM - QUANTUM / PARTS && quantum <= QUANTUM, "3.3",
              "quantum: of a total quantum all, before the thread runs");
        answer(t);
        L4_Sleep(L4_TimePeriod(RAN));
        quantum = microseconds(remains(t) & 0xffff);
        l4_printf("# of %u us %u remained when %u had passed\n", QUANTUM, quantum, RAN);
        check(quantum > QUANTUM / 2 && quantum < QUANTUM - RAN / 2, "3.3",
              "quantum: then less, by as much as it ran");
        L4_Schedule(t, L4_TimeControl(L4_Never, L4_Never), -1u, 90, -1u, NULL);
        check(!microseconds(remains(t) & 0xffff), "3.3",
              "quantum: of one without end, one without end");
        task_delete_all();
}

void area_quantum(void)
{
        if (check_fatal("3.3", "quantum: none at all can be given"))
                return;
        begins_with_none();
        ends_while_waiting();
        remainders();
        kept_from_schedulers();
}
