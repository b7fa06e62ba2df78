/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interprocess communication (manual 5).
 *
 * A thread in the receive phase of its own Ipc has nothing on its kernel
 * stack worth keeping: whoever sends to it writes the results into its saved
 * registers and lets it return to user code.  A thread whose *kernel* code
 * communicates (page faults, exceptions: kmsg.c) keeps its stack and goes on
 * in C.
 */
#ifndef L4K_IPC_H
#define L4K_IPC_H

#include "types.h"
#include "tcb.h"
#include "space.h"

/* The Ipc and Lipc system calls: registers in and out in the frame. */
void ipc_syscall(struct frame *f);

/* A message of the kernel's, sent on behalf of a thread. */
struct kmsg {
        u32 mr[MR_COUNT];
};

/*
 * Send m to `to` and wait for its reply in m, with the given absolute deadline
 * (TIME_NEVER: none).  With `switch_over` the partner runs at once on the
 * caller's time, else the scheduler decides.  `accept_state` lets the reply
 * set the caller's registers.  Returns an enum ipc_error.
 */
u32 kmsg_call(struct kmsg *m, u32 to, s64 deadline, bool switch_over, bool accept_state);

/*
 * Send m to `to` and go on.  True: the caller has had to wait for the receiver.
 * The receiver of a message that went at once is runnable, and has not run.
 */
bool kmsg_send(struct kmsg *m, u32 to);

/* Messages of the kernel's own protocols (kmsg.c). */
void kmsg_page_fault(struct tcb *self, u32 address, bool write);
u32 kmsg_copy_fault(struct tcb *self, u32 address, bool write, u32 ip, s64 deadline);
void kmsg_exception(struct tcb *self, u32 vector, u32 error);
void kmsg_io_fault(struct tcb *self, u32 io_fpage);
/*
 * The running thread is being preempted: call its scheduler (thesis 3.3), or tell
 * its exception handler without waiting for an answer (manual 3.4, signal flag).
 * True: the thread has waited for that, so others have run meanwhile.  `no_time': it
 * could run, but has a slice of zero and nothing left of what it was given.
 */
bool kmsg_preemption(struct tcb *self, bool no_time);
/*
 * The same where self was in user code, preempted by `best', and has nothing to do but to go on
 * there: then it may not return at all, and others run.
 */
bool kmsg_preemption_of_user(struct tcb *self, struct tcb *best);
/* The same to `to', which is waiting for it and the best thread: it goes on with self's time. */
void kmsg_preemption_to(struct tcb *self, struct tcb *to) __attribute__((noreturn));
bool kmsg_preemption_signal(struct tcb *self);
/* First code of a new thread: the message it waited for has come. */
void kmsg_started(void);
/* Let an activated thread wait for its start-up message. */
void kmsg_await_start(struct tcb *t);

/* --- faults the short way (fault.c) ------------------------------------------------- */

/* tcb.short_fault: which registers the answer to a fault message sets. */
enum answer {
        ANSWER_NONE, /* the thread does not wait so */
        ANSWER_EMPTY,
        ANSWER_REGISTERS, /* those of an exception message */
};

/*
 * The thread `id` if it waits for a message of self in its own Ipc, or NULL.
 * Its message registers are then the place to write the message.
 */
struct tcb *fault_handler(struct tcb *self, u32 id);
/*
 * self, with nothing on its kernel stack from now on that is still wanted, waits for the answer
 * of `to`, to whom it has sent a message.
 */
void fault_block(struct tcb *self, const struct tcb *to, enum answer answer);
/* The message is there: `to` runs, and self waits for its answer. */
void fault_await(struct tcb *self, struct tcb *to, enum answer answer) __attribute__((noreturn));
/*
 * self's Ipc with registers f answers t, which waits in fault_await().  Returns
 * only if that has to be done the long way.
 */
void fault_reply(struct tcb *self, struct tcb *t, const struct frame *f);
/* The typed items of self's message to such a t.  False: the long way finds what is wrong. */
bool fault_items(struct tcb *self, struct tcb *t);
/* t has been answered the long way, in t->mr or with an error: let it go on. */
void fault_continue(struct tcb *t);
/* Kernel code it goes on with. */
void fault_answered(void);
/* Registers to the words of an exception message, and a reply's back. */
void fault_put_registers(const struct frame *f, u32 *mr);
void fault_take_registers(struct frame *f, const u32 *mr);

/* --- between the files of IPC ---------------------------------------------- */

/* Move the message of s to r: words, then items.  Returns an enum ipc_error. */
u32 ipc_transfer(struct tcb *s, struct tcb *r);
/* Typed items from word `first` to `last` of the sender's message. */
u32 ipc_items(struct tcb *s, struct tcb *r, u32 first, u32 last);
/*
 * The typed items in the UTCB of self for r, which waits in its own Ipc, where all are pages of
 * 4 KB and it takes them anywhere.  False: not so, or one cannot be mapped straight; the long way
 * sees to all of them.
 */
bool ipc_pages(struct tcb *self, struct tcb *r);
/* Does the message of s hold string items?  They need s to be running. */
bool ipc_has_strings(const struct tcb *s);

/* Cursor over the receiver's string buffers, from BR1 on. */
struct buffer_cursor {
        u32 br;
        bool last; /* the buffer just used was the last one */
};
/*
 * Copy the string item at word *at of the sender's message into the
 * receiver's next buffer, and advance both.  The sender is running.  What does
 * not fit is cut off: the error has the offset of the first byte lost.
 */
u32 ipc_string(struct tcb *s, struct tcb *r, u32 *at, u32 last, struct buffer_cursor *c);
/* Words of the string item at `at`; 0 if it does not end by `last`. */
u32 ipc_string_words(const u32 *mr, u32 at, u32 last);

/* --- for the rest of the kernel ---------------------------------------------- */

/* t accepts a message from the thread with this global id, in this space? */
bool ipc_accepts(const struct tcb *t, u32 sender, const struct space *space);
/* The registers of an Ipc of t that has received from `from`. */
void ipc_result(struct tcb *t, u32 from);
/* The message for waiting r is in place: let it go on (state S_RUNNING). */
void ipc_complete(struct tcb *r, u32 from);
/* A timeout of t has passed. */
void ipc_timeout(struct tcb *t);
/* The same for a wait for anyone, whatever its timeout.  False: it is in none. */
bool ipc_wake(struct tcb *t);
/* Stop whatever IPC t is in, with this code, and make it runnable. */
void ipc_cancel(struct tcb *t, u32 code);
/* The thread w waits for is no more. */
void ipc_partner_gone(struct tcb *w);
/* Undo all traces of t's IPC in other threads (deletion). */
void ipc_drop(struct tcb *t);
/* The thread's kernel stack is empty from now on: it returns to user code. */
void thread_continue_user(struct tcb *t);

#endif
