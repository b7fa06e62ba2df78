/* SPDX-License-Identifier: BSD-2-Clause */
/* Alarms (with "preemptmsg", beyond the thesis: kernel/alarm.c). */
#include <l4/kip.h>
#include "check.h"

#define SECTION  "preemptmsg"
#define LET      L4_SCHED_ALARM
#define FOR_EVER MS(60000) /* what ends it is no timeout */

static volatile L4_Word_t result, told, ready;
static uint64_t when, after;
static L4_Word_t period;
static L4_ThreadId_t application;

static uint64_t counter(void)
{
        uint64_t value;

        __asm__ volatile("rdtsc" : "=A"(value));
        return value;
}

static uint64_t steps(unsigned int ms)
{
        return (uint64_t)ms * L4_ProcessorKHz();
}

static void spin(void)
{
        for (;;)
                ;
}

/* Set the alarm, and compute. */
static void set(void)
{
        when = counter() + after;
        result = L4_Alarm(when, period);
        if (!result)
                result = L4_ErrorCode() << 8;
        ready = 1;
        spin();
}

static void setter(L4_Word_t let, L4_Word_t every)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        L4_Schedule(t, L4_SCHED_LEAVE, L4_SCHED_LEAVE, 100, let, NULL);
        period = every;
        after = steps(5);
        result = ready = 0;
        task_start(t, set);
}

/* Ends without a message, long before its own timeout. */
static int is_woken(void)
{
        uint64_t begun = counter();

        return failed_with(L4_Wait_Timeout(FOR_EVER, NULL), L4_IPCERR_TIMEOUT, 1) &&
               counter() - begun < steps(50000);
}

static void set_by(L4_Word_t let, L4_Word_t every)
{
        setter(let, every);
        while (!ready)
                L4_Sleep(MS(1));
}

static void rights(void)
{
        set_by(0, 0);
        check(result == L4_ERROR_NOPRIVILEGE << 8, SECTION,
              "alarms: only who has been let sets its scheduler's");
        task_delete_all();
        set_by(LET, (L4_Word_t)steps(1) / 100);
        check(result == L4_ERROR_PARAM << 8, SECTION, "alarms: a period is 50 us at least");
        task_delete_all();
}

static void wakes(void)
{
        uint64_t begun;

        setter(LET, 0);
        check(is_woken() && counter() >= when, SECTION,
              "alarms: a wait for anyone ends when it is time, not before");
        check(failed_with(L4_Wait_Timeout(BRIEFLY, NULL), L4_IPCERR_TIMEOUT, 1) &&
                  counter() >= when + steps(20),
              SECTION, "alarms: and once only");
        task_delete_all();
        setter(LET, (L4_Word_t)steps(5));
        check(is_woken() && is_woken() && is_woken() && counter() >= when + steps(10), SECTION,
              "alarms: with a period, again and again");
        task_delete_all();

        setter(LET, 0);
        begun = counter();
        L4_Receive_Timeout(task_pager(), MS(40));
        check(counter() - begun >= steps(40), SECTION, "alarms: a wait for somebody is not ended");
        check(is_woken(), SECTION, "alarms: the next one for anyone is");
        task_delete_all();
}

/* What a loop takes when least comes between. */
static uint64_t loop(void)
{
        uint64_t least = ~0ull;

        for (unsigned int i = 0; i < 5; i++) {
                uint64_t begun = counter();

                for (volatile unsigned int n = 0; n < 10000; n++)
                        ;
                if (counter() - begun < least)
                        least = counter() - begun;
        }
        return least;
}

/* Three quarters of all there is away: no moment that has passed, to be told of again and again. */
static void never_due(void)
{
        uint64_t before = loop();

        setter(LET, 0);
        after = 3ull << 62;
        while (!ready)
                L4_Sleep(MS(1));
        check(result == 1 && loop() < 8 * before, SECTION,
              "alarms: one that is never due leaves the processor alone");
        task_delete_all();
}

static void hears(void)
{
        when = counter() + steps(5);
        result = L4_Alarm(when, 0);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (L4_Label(L4_Receive_Timeout(application, L4_Never)) == L4_LABEL_PREEMPTION)
                told = 1;
        L4_Sleep(L4_Never);
}

/*
 * The application, which runs @run, has a scheduler, which runs @schedule; and that has us.  Both
 * may set alarms.
 */
static void pair(void (*run)(void), L4_Word_t priority, void (*schedule)(void))
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        application = task_thread_waiting(L4_nilthread, task_pager());
        L4_Schedule(application, L4_SCHED_LEAVE, L4_SCHED_LEAVE, priority,
                    L4_SCHED_PREEMPTMSG | LET, NULL);
        L4_ThreadControl(application, self, t, L4_nilthread, L4_UTCB_LEAVE);
        L4_Schedule(t, L4_SCHED_LEAVE, L4_SCHED_LEAVE, 100, LET, NULL);
        told = ready = 0;
        start_by_message(application, run, task_stack(application));
        task_start(t, schedule);
}

/* The scheduler of the running thread waits for it, and has the scheduler to be woken. */
static void second_hand(void)
{
        unsigned int woken = 0, tries = 0;

        pair(spin, 90, hears);
        while (!told && tries++ < 100) {
                uint64_t begun = counter();

                L4_Wait_Timeout(MS(60), NULL);
                woken += counter() - begun < steps(60);
        }
        check(told && !woken, SECTION, "alarms: where it hears by a preemption nobody is woken");
        task_delete_all();
}

/* Sets the alarm of us all, then waits for whatever comes. */
static void hears_and_wakes(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        when = counter() + steps(25);
        result = L4_Alarm(when, 0);
        ready = 1;
        tag = L4_Wait(&from);
        while (L4_IpcSucceeded(tag)) {
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                tag = L4_ReplyWait(from, &from);
        }
        told = failed_with(tag, L4_IPCERR_TIMEOUT, 1);
        L4_Sleep(L4_Never);
}

static void set_the_same(void)
{
        while (!ready)
                ;
        result &= L4_Alarm(when, 0);
        spin();
}

/*
 * Who is to hear at second hand has an alarm at the same moment, behind the other; woken, it would
 * not displace the application, which has its priority.
 */
static void same_moment(void)
{
        pair(set_the_same, 100, hears_and_wakes);
        L4_Sleep(MS(60));
        for (unsigned int i = 0; i < 100 && !told; i++)
                L4_Sleep(MS(20));
        check(result == 1 && told, SECTION,
              "alarms: one at the moment of another, of which its thread hears, is not lost");
        task_delete_all();
}

void area_alarms(void)
{
        if (!L4_HasAlarm()) {
                check_skip(SECTION, "alarms", "the processor has no timer of its own");
                return;
        }
        rights();
        wakes();
        never_due();
        second_hand();
        same_moment();
}
