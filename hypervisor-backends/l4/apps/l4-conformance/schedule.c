/* SPDX-License-Identifier: BSD-2-Clause */
/* Schedule, ThreadSwitch, priorities, time slices [3]. */
#include "check.h"

static volatile L4_Word_t count[3], stop;

static void count0(void)
{
        while (!stop)
                count[0]++;
}

static void count1(void)
{
        while (!stop)
                count[1]++;
}

static void idle(void)
{
        L4_Sleep(L4_Never);
}

static void send_now(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

static L4_Word_t state(L4_ThreadId_t t)
{
        return L4_Schedule(t, -1u, -1u, -1u, -1u, NULL);
}

static void states(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, idle);

        L4_Sleep(BRIEFLY);
        check(state(t) == L4_STATE_RECEIVING || state(t) == L4_STATE_WAITING, "3.3",
              "schedule: a receiving thread");
        check(state(self) == L4_STATE_RUNNING, "3.3", "schedule: the caller is running");
        task_delete_all();
        t = task_thread(L4_nilthread, send_now);
        L4_Sleep(BRIEFLY);
        check(state(t) == L4_STATE_PENDING_SEND, "3.3", "schedule: a thread that waits to send");
        L4_Receive_Timeout(t, PATIENCE);
        task_delete_all();
        stop = 0;
        t = task_thread(L4_nilthread, count0);
        L4_Sleep(BRIEFLY);
        check(state(t) == L4_STATE_RUNNING, "3.3", "schedule: a thread that could run");
        L4_Stop(t);
        check(state(t) == L4_STATE_INACTIVE, "3.3", "schedule: a halted thread");
        task_delete_all();
        check(state(t) == L4_STATE_ERROR && L4_ErrorCode() == L4_ERROR_THREAD, "3.3",
              "schedule: a deleted thread is an invalid thread");
        if (!check_fatal("3.3", "schedule: nilthread is an invalid thread"))
                check(state(L4_nilthread) == L4_STATE_ERROR && L4_ErrorCode() == L4_ERROR_THREAD,
                      "3.3", "schedule: nilthread is an invalid thread");
}

/* Meanwhile we sleep so long at a time. */
static void two_beside(L4_Word_t prio0, L4_Word_t prio1, L4_Word_t time0, L4_Word_t time1,
                       unsigned int ms)
{
        L4_ThreadId_t a, b;

        stop = 0;
        count[0] = count[1] = 0;
        a = task_thread(L4_nilthread, count0);
        b = task_thread(L4_nilthread, count1);
        L4_Schedule(a, time0, -1u, prio0, -1u, NULL);
        L4_Schedule(b, time1, -1u, prio1, -1u, NULL);
        L4_Sleep(BRIEFLY);
        count[0] = count[1] = 0;
        for (unsigned int slept = 0; slept < 300; slept += ms)
                L4_Sleep(MS(ms));
        stop = 1;
        task_delete_all();
}

static void two(L4_Word_t prio0, L4_Word_t prio1, L4_Word_t time0, L4_Word_t time1)
{
        two_beside(prio0, prio1, time0, time1, 300);
}

static void priorities(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, idle);

        check(L4_Set_Priority(t, 256) == L4_STATE_ERROR && L4_ErrorCode() == L4_ERROR_PARAM, "3.3",
              "schedule: priority 256 is an invalid parameter");
        check(L4_Set_Priority(t, 0) != L4_STATE_ERROR, "3.3", "schedule: priority 0");
        check(L4_Set_Priority(t, 255) != L4_STATE_ERROR, "3.3", "schedule: priority 255");
        task_delete_all();
        two(101, 100, -1u, -1u);
        check(count[0] > 1000 && count[1] == 0, "3.3", "schedule: the higher priority runs alone");
        two(50, 100, -1u, -1u);
        check(count[1] > 1000 && count[0] == 0, "3.3", "schedule: whichever thread has it");
        two(100, 100, -1u, -1u);
        check(count[0] > 1000 && count[1] > 1000, "3.3", "schedule: equal priorities share");
        check(count[0] < 3 * count[1] && count[1] < 3 * count[0], "3.3",
              "schedule: and share about evenly");
        two_beside(100, 100, -1u, -1u, 3);
        check(count[0] < 3 * count[1] && count[1] < 3 * count[0], "3.3",
              "schedule: also where another sleeps for parts of a slice");
}

static void slices(void)
{
        L4_Word_t slice20 = L4_TimeControl(MS(20), L4_Never),
                  slice80 = L4_TimeControl(MS(80), L4_Never);
        L4_ThreadId_t t = task_thread(L4_nilthread, idle);
        L4_Word_t old;

        check(L4_Schedule(t, slice20, -1u, -1u, -1u, NULL) != L4_STATE_ERROR, "3.3",
              "schedule: a time slice of 20 ms can be set");
        L4_Schedule(t, -1u, -1u, -1u, -1u, &old);
        check(old != 0xFFFFFFFF, "3.3", "schedule: the old time word is returned");
        task_delete_all();
        two(100, 100, slice80, slice20);
        check(count[0] > 2 * count[1], "3.3", "schedule: a longer slice gets more time");
        two(100, 100, slice20, slice80);
        check(count[1] > 2 * count[0], "3.3", "schedule: whichever thread has it, again");
        two(100, 100, L4_TimeControl(L4_Never, L4_Never), slice20);
        check(count[0] > 1000 && count[1] == 0, "3.1", "schedule: a slice that never ends");
}

static L4_ThreadId_t next;

static void switcher(void)
{
        while (!stop) {
                count[0]++;
                L4_ThreadSwitch(next);
        }
}

static void switches(void)
{
        L4_ThreadId_t a, b;

        stop = 0;
        count[0] = count[1] = 0;
        b = task_thread(L4_nilthread, count1);
        next = b;
        a = task_thread(L4_nilthread, switcher);
        L4_Schedule(a, -1u, -1u, 110, -1u, NULL);
        L4_Sleep(MS(60));
        check(count[1] > 100, "3.2", "schedule: ThreadSwitch runs a thread of lower priority");
        stop = 1;
        task_delete_all();
        stop = 0;
        count[0] = 0;
        next = L4_nilthread;
        task_thread(L4_nilthread, switcher);
        L4_Sleep(MS(30));
        check(count[0] > 100, "3.2", "schedule: a yield with nobody else returns");
        next = L4_GlobalId(9000, 1);
        count[0] = 0;
        L4_Sleep(MS(30));
        check(count[0] > 100, "3.2",
              "schedule: ThreadSwitch to a thread that is not there returns");
        stop = 1;
        task_delete_all();
}

static L4_ThreadId_t stands_in_line;
static volatile L4_Word_t about, heard, seen;

static void line_up(void)
{
        L4_Sleep(BRIEFLY);
        about = 1;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(next, PATIENCE);
        heard = 1;
        L4_Sleep(L4_Never);
}

static void hear(void)
{
        while (!about)
                ;
        L4_Receive_Timeout(stands_in_line, PATIENCE);
        seen = heard;
        L4_Sleep(L4_Never);
}

/* Wrong, it met a wedge: what the sender did next came when the receiver waited again. */
static void stood_in_line(void)
{
        about = heard = seen = 0;
        next = task_thread(L4_nilthread, hear);
        stands_in_line = task_thread(L4_nilthread, line_up);
        L4_Set_Priority(stands_in_line, 110);
        L4_Sleep(MS(90));
        check(heard && seen, "3.1",
              "schedule: a sender that stood in line and has the higher priority goes on first");
        task_delete_all();
}

static void not_my_scheduler(void)
{
        shared[0] = L4_Schedule(self, -1u, -1u, 10, -1u, NULL);
        shared[1] = L4_ErrorCode();
        L4_Send(self);
}

void area_schedule(void)
{
        states();
        priorities();
        slices();
        switches();
        stood_in_line();
        task_space(not_my_scheduler);
        L4_Wait_Timeout(PATIENCE, NULL);
        check(shared[0] == L4_STATE_ERROR && shared[1] == L4_ERROR_NOPRIVILEGE, "3.3",
              "schedule: only a thread's scheduler may");
}
