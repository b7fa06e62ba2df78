/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State that main and monitor thread of a machine share; and, where it has been told of
 * it (RMON_VM_SHARED), the resource monitor, which believes no more of it than concerns
 * that machine.
 *
 * The monitor thread has a higher priority than main, the resource monitor a higher one still,
 * so to each every step of those below it is as atomic as a single instruction; what main does
 * to a word that they write too is one instruction.
 */
#ifndef L4VM_SHARED_H
#define L4VM_SHARED_H

#include <stdint.h>

struct l4vm_shared {
        uint32_t held;        /* main wants no wedge_event() */
        uint32_t busy;        /* main is in an L4 call of its own: it must not be moved */
        uint32_t events;      /* have come, not taken */
        uint32_t waiting;     /* main waits for the monitor's message */
        uint32_t running;     /* id of the user thread main waits for, or 0 */
        uint32_t stopped;     /* it has been moved from ... */
        uint32_t stop_eip;    /* ... here */
        uint32_t stop_failed; /* it cannot be stopped: it has another pager now */
        uint32_t stopping;    /* the monitor waits for it to stop; main clears it when it has */

        /*
         * The resource monitor stops a user thread by sending it to stop_at, unless it is on its
         * way already: before stop_sent.  It had these registers.  0: it does not.
         */
        uint32_t stop_at, stop_sent;
        uint32_t stop_esp, stop_eflags;

        uint32_t user_tells; /* the user thread tells main itself when it is preempted */

        /*
         * The timer.  Times are nanoseconds of backend_time(), which began at this value of the
         * time-stamp counter.  Main writes the deadline; the resource monitor, who raises
         * AB_EVENT_TIMER and clears deadline_set, when it will look at it by itself.
         */
        uint32_t deadline_set;
        uint64_t clock_began;
        uint64_t deadline;
        uint64_t planned;

        uint32_t current; /* co-located: the space main is in */
        uint64_t waited;  /* ../l4-extended: time others ran while this one could have, us */

        /*
         * ../l4-extended: L4 wakes the interrupt thread for the timer, or has the running program
         * tell main; who sees by the time-stamp counter that this is over raises the event.
         */
        uint32_t alarms;
        uint64_t deadline_at;

        /*
         * Which user space's threads may run, + 1; 0: none.  They are halted where main would give
         * way to them, but not while main is about to let them run and wait for that
         * (awake.c): by main, the monitor thread, and the resource monitor when it answers main.
         */
        uint32_t awake;
        uint32_t in_user;
        uint32_t ready; /* the space that can go on without more, or 0xffffffff; then it is awake */
};

#endif
