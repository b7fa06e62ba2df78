/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extensions' entry points (thesis chapters 3 and 4).  Each is called
 * only under its configure switch, `if (X_...)`, so a build without it needs
 * no such file.
 */
#ifndef L4K_EXT_H
#define L4K_EXT_H

#include "types.h"
#include "config.h"
#include "tcb.h"

/* --- ctrlxfer.c: control transfer items ------------------------------------- */

/* Words of the item whose first word is w; 0 for an item kind unknown here. */
u32 ctrlxfer_words(u32 w);
/* Apply the items in r's message to its registers; clears r->state_items. */
void ctrlxfer_apply(struct tcb *r);
/* Apply one item (first word and values) to t. */
void ctrlxfer_set(struct tcb *t, const u32 *item);
/* Fill the values of an item from t's state; returns words used. */
u32 ctrlxfer_get(struct tcb *t, u32 *item);
/* Append what t's configuration asks for on this fault; returns typed words. */
u32 ctrlxfer_append(struct tcb *t, u32 fault, u32 *to);
/* ExchangeRegisters: configure, read and write; an enum call_error or 0. */
u32 ctrlxfer_exregs(struct tcb *t, struct tcb *caller, u32 control);

/* --- alarm.c: alarms; part of preemption messages ------------------------------- */

/* Alarm: who is let sets its scheduler's. */
void sys_alarm(struct frame *f);
/* t has none. */
void alarm_drop(struct tcb *t);
/* When the first is due; CLOCK_NEVER: there is none. */
extern u64 alarm_first;
/* Who has that one, which is due; it has its next one from now on, if it has a period. */
struct tcb *alarm_take(u64 now);
/* It could not be woken: soon once more. */
void alarm_again(struct tcb *t, u64 now);

/* --- bounds.c: threads whose segments are bounded ------------------------------ */

/* Once the first descriptor table is complete. */
void bounds_init(void);
/* t has another limit, or its space is another or has changed. */
void bounds_update(struct tcb *t);
/* Put to's segments, and whether it may call, into force. */
void bounds_switch(struct tcb *to);
/* Write those of bounded t into their table, whoever's are in it. */
void bounds_load(struct tcb *t);
/* t is no more, or its descriptors have changed: they are not in the table. */
void bounds_forget(struct tcb *t);
/* The special thread whose entries are there, and are all it needs; NULL if none does. */
extern struct tcb *bounds_owner;
/* SYSENTER faults now. */
extern u32 calls_closed;
/* End of the user addresses t can reach. */
u32 bounds_top(const struct tcb *t);

/* --- debug.c: breakpoints -------------------------------------------------------- */

/* Set word n of t's debug registers (tcb.h); then, once, debug_changed. */
void debug_set(struct tcb *t, u32 word, u32 value);
void debug_changed(struct tcb *t);
/* Put to's, or none, into the processor. */
void debug_switch(struct tcb *to);
/* A debug exception of t, which runs, in user code: DR6; 0 if it has no breakpoints. */
u32 debug_strike(struct tcb *t);
/* One of the kernel's own: nobody is told. */
void debug_forget(void);

/* --- limits.c: thread limits --------------------------------------------------- */

/*
 * ThreadControl's limit: 4 KB units less one, -1 for none.  `permit` leaves the
 * thread its L4 calls.  False if it is not a legal limit.
 */
bool limits_set(struct tcb *t, u32 limit, bool permit);

/* --- smallspace.c: small spaces ---------------------------------------------------- */

/*
 * SpaceControl's control word: bit 31 asks for the small-space id in bits 0 to 7
 * (0: large).  The result has the old id, and bit 31 if that was done.
 */
u32 small_control(struct space *s, u32 control);
void small_make_large(struct space *s);
/*
 * A fault at a linear address while a thread of s ran: turns it into an address
 * of the space.  True if only the page directory lacked an entry: go on.
 */
bool small_fault(struct space *s, u32 *address);
/* t exceeded a segment.  True if its space was small and is now large: go on. */
bool small_exceeded(struct tcb *t);
/* The next thread is `to`: one of a small space has no ports, whoever's directory is loaded. */
void small_switch(const struct tcb *to);

/* --- tls.c: per-thread descriptors ----------------------------------------------- */

/* Set word n (low and high halves of entries 6, 7, 8) of t's descriptors; then, once, tls_changed.
 */
void tls_set(struct tcb *t, u32 word, u32 value);
void tls_changed(struct tcb *t);
/* Put to's descriptors, if it is unbounded, into the GDT. */
void tls_switch(struct tcb *to);
/* Those of bounded t, as its bound allows them, go to the table's `entries`. */
void tls_bounded(const struct tcb *t, u64 *entries);
/* #GP of a limited thread: was it the wrong form of its %gs segment?  Then retry. */
bool tls_flip(struct tcb *t, const struct frame *f);

#endif
