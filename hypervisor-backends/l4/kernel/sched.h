/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling (manual 3): 256 priorities, round robin among equals, time
 * slices that travel with IPC, total quanta and delayed preemption.
 */
#ifndef L4K_SCHED_H
#define L4K_SCHED_H

#include "types.h"
#include "tcb.h"

extern struct tcb *idle_thread;

/*
 * Why the fast path may not switch away from the running thread: something
 * only switch_to() looks after.
 */
#define FAST_BLOCK_FPU    BIT(0) /* the floating-point unit is live */
#define FAST_BLOCK_TLS    BIT(1) /* thread-local descriptors are loaded */
#define FAST_BLOCK_DELAY  BIT(2) /* it is delaying a preemption */
#define FAST_BLOCK_BOUNDS BIT(3) /* the table of bounded threads is: another fast path */
#define FAST_BLOCK_DEBUG  BIT(4) /* breakpoints are in the processor */
extern u32 fast_block;

void sched_init(void);
/* Defaults of a new thread: priority, 10 ms slice, no quantum. */
void sched_thread_init(struct tcb *t, u8 prio);
/* Forget a thread that is being deleted. */
void sched_thread_drop(struct tcb *t);

/* Change its priority, and let the better thread run. */
void sched_set_prio(struct tcb *t, u8 prio);

/* Mark a thread runnable and queue it. */
void sched_ready(struct tcb *t);
/*
 * The same for the thread that the running one, which is about to wait for the answer, has
 * told of its preemption: donated time goes there, or stays.
 */
void sched_ready_preempted(struct tcb *scheduler);
/* As sched_ready, and run it now if it has a higher priority than the caller. */
void sched_wake(struct tcb *t);
/* Run the best thread; returns when the caller is picked again. */
void schedule(void);
/* The same where that is known to be `best', donors of the loaded slice aside. */
void schedule_to(struct tcb *best);
/*
 * Run `to` on the rest of the caller's time slice (IPC, ThreadSwitch).  A caller
 * that could run itself stands aside until that slice is over.
 */
void sched_donate(struct tcb *to);
/* The same for threads with nothing on their kernel stacks: leave one, enter the other. */
void sched_leave_to(struct tcb *to) __attribute__((noreturn));
/* Give up the rest of the time slice. */
void sched_yield(void);
/* Is it runnable with time of its own? */
bool sched_has_time(const struct tcb *t);

/* After an interrupt: let a better thread run, if there is one. */
void sched_preempt(void);
/* The same where the running thread was in user code: if it has to wait this does not return. */
void sched_preempt_user(void);
/* The clock's interrupt, of user code or not: charge time, end slices, wake timeouts. */
void sched_tick(bool in_user);

/*
 * Tell whoever wants to know that the running thread is being preempted, by `best' where it was
 * in user code.
 * True: it has waited meanwhile, so others have had their turn.
 */
bool preemption_told(struct tcb *self, struct tcb *best);
/* Is there something left of the loaded time slice? */
bool sched_has_slice(void);

/* work.c: before a thread with tcb.work returns to user code (entry.S). */
void exit_work(void);

/* Switch all but the stack and the page directory, for whoever does that by itself. */
void switch_resources(struct tcb *to);

/* Low level: store the caller's context and continue that of `to` (entry.S). */
void switch_context(struct tcb *to);
/* Forget the caller's kernel stack and return to user code as `to` (entry.S). */
void leave_to(struct tcb *to) __attribute__((noreturn));

/* timeout.c: run ipc_timeout() for t at an absolute cycle count. */
void timeout_set(struct tcb *t, s64 deadline);
void timeout_clear(struct tcb *t);
void timeout_expire(u64 now);

#endif
