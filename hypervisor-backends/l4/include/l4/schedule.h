/* SPDX-License-Identifier: BSD-2-Clause */
/* Time values and the calls about time [3]. */
#ifndef L4_SCHEDULE_H
#define L4_SCHEDULE_H

#include <l4/thread.h>

/* The time period of at least @us microseconds, rounded up to 10 bits of mantissa [3.1]. */
L4_INLINE L4_Time_t L4_TimePeriod(uint64_t us)
{
        unsigned int e = 0;

        if (!us)
                return L4_ZeroTime;
        while (us > L4_TIME_MANTISSA_MASK) {
                us = (us + 1) >> 1;
                e++;
        }
        if (e > 31)
                return L4_Never;
        return (L4_Time_t){(uint16_t)(e << L4_TIME_EXPONENT_SHIFT | us)};
}

/* The timeouts word of Ipc. */
L4_INLINE L4_Word_t L4_Timeouts(L4_Time_t snd, L4_Time_t rcv)
{
        return (L4_Word_t)snd.raw << L4_TIMEOUT_SND_SHIFT | rcv.raw;
}

/* The time word of Schedule in the manual's order. */
L4_INLINE L4_Word_t L4_TimeControl(L4_Time_t slice, L4_Time_t quantum)
{
        return (L4_Word_t)slice.raw << L4_SCHED_SLICE_SHIFT | quantum.raw;
}

/*
 * Schedule [3.3]: the caller must be, or share a space with, @dest's scheduler.
 * Every parameter may be L4_SCHED_LEAVE.  *old_time (may be null) receives what
 * remains of slice and quantum.  Returns the thread state (L4_STATE_*), or
 * L4_STATE_ERROR with L4_ErrorCode(): NOPRIVILEGE, THREAD, PARAM.
 */
L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t time, L4_Word_t processor, L4_Word_t prio,
                      L4_Word_t preemption, L4_Word_t *old_time);

/* Set the priority only; returns as L4_Schedule. */
L4_INLINE L4_Word_t L4_Set_Priority(L4_ThreadId_t dest, L4_Word_t prio)
{
        return L4_Schedule(dest, L4_SCHED_LEAVE, L4_SCHED_LEAVE, prio, L4_SCHED_LEAVE, NULL);
}

/* Set the time slice only; the public kernel takes the words of time in the other order. */
L4_Word_t L4_Set_Timeslice(L4_ThreadId_t dest, L4_Time_t slice);

/* How long @dest may put off preemptions (us, at most 65535), and up to which priority. */
L4_INLINE L4_Word_t L4_Set_PreemptionDelay(L4_ThreadId_t dest, L4_Word_t sensitive_prio,
                                           L4_Word_t max_delay)
{
        return L4_Schedule(dest, L4_SCHED_LEAVE, L4_SCHED_LEAVE, L4_SCHED_LEAVE,
                           (sensitive_prio << L4_SCHED_SENSPRIO_SHIFT & L4_SCHED_SENSPRIO_MASK) |
                               (max_delay & L4_SCHED_DELAY_MASK),
                           NULL);
}

/*
 * Extension "preemptmsg": wake the caller's scheduler, where it waits for anyone, at @when (cycles
 * of the time-stamp counter; 0: never), and from then on every @period cycles if that is not 0; or
 * let the running thread tell of its preemption, if its scheduler waits for that and has the
 * caller's.  It replaces what was set before.  Needs L4_SCHED_ALARM; a period is 50 us at least.
 * False with L4_ErrorCode(): NOPRIVILEGE, PARAM; or where L4_HasAlarm() is false.
 */
L4_Word_t L4_Alarm(uint64_t when, L4_Word_t period);
int L4_HasAlarm(void);

/*
 * The caller's preemption flags [3.3].  One instruction each, so that the kernel's
 * own change of the pending flag is never lost.
 */
L4_INLINE volatile uint8_t *L4_PreemptFlags(void)
{
        return (volatile uint8_t *)L4_Utcb() + L4_UTCB_PREEMPTFLAGS;
}

/* From now on put preemptions off, as far as L4_Set_PreemptionDelay allows. */
L4_INLINE void L4_DisablePreemption(void)
{
        __asm__ volatile("orb %1, %0" : "+m"(*L4_PreemptFlags()) : "i"(L4_PREEMPT_DELAY) : "cc");
}

/* No longer; if L4_PreemptionPending() was true, L4_ThreadSwitch should follow. */
L4_INLINE void L4_EnablePreemption(void)
{
        __asm__ volatile("andb %1, %0"
                         : "+m"(*L4_PreemptFlags())
                         : "i"(0xFF & ~L4_PREEMPT_DELAY)
                         : "cc");
}

/* Is a preemption being put off? */
L4_INLINE int L4_PreemptionPending(void)
{
        return (*L4_PreemptFlags() & L4_PREEMPT_PENDING) != 0;
}

/* Preemptions are signalled to the exception handler, with label -3 and the time. */
L4_INLINE void L4_EnablePreemptionFaultException(void)
{
        __asm__ volatile("orb %1, %0" : "+m"(*L4_PreemptFlags()) : "i"(L4_PREEMPT_SIGNAL) : "cc");
}

L4_INLINE void L4_DisablePreemptionFaultException(void)
{
        __asm__ volatile("andb %1, %0"
                         : "+m"(*L4_PreemptFlags())
                         : "i"(0xFF & ~L4_PREEMPT_SIGNAL)
                         : "cc");
}

/* Give the rest of the time slice to @dest; nilthread: to whoever comes next [3.2]. */
void L4_ThreadSwitch(L4_ThreadId_t dest);

L4_INLINE void L4_Yield(void)
{
        L4_ThreadSwitch(L4_nilthread);
}

/* Microseconds since some fixed point before the first user thread [3.4]. */
L4_Clock_t L4_SystemClock(void);

#endif /* L4_SCHEDULE_H */
