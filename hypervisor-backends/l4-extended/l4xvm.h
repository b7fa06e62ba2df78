/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of both layouts share, besides what they have from ../l4-baseline. */
#ifndef L4XVM_H
#define L4XVM_H

#include "l4vm.h"
#include "transfer.h"

/*
 * The kernel tells @thread's scheduler when it is preempted, and when it is without time.  The
 * caller is in the scheduler's space.  With L4_SCHED_ALARM in @besides it may set its alarm.
 */
void l4xvm_tell_preemptions(L4_ThreadId_t thread, L4_Word_t besides);

/*
 * In the interrupt thread: a message that @thread is without time is in the message registers.
 * Ask for some; the message is still to be answered, and the registers are used.
 */
void l4xvm_want_time(L4_ThreadId_t thread);

/* Some thread has asked and has not been given any yet. */
bool l4xvm_is_wanting(void);

/* If this message is the resource monitor's that such a thread runs now, note it. */
bool l4xvm_runs(L4_ThreadId_t from, L4_MsgTag_t tag);

/* The thread of @space, which waits for backend_user(). */
L4_ThreadId_t l4xvm_user_thread(uint32_t space);

/* --- segment.c ----------------------------------------------------------------------- */

extern struct l4xvm_segments {
        struct ab_selectors user;   /* the front end's, to and fro */
        struct ab_selectors loaded; /* what the thread of `space' has */
        uint32_t space;
        uint32_t changed; /* descriptors are wanted that some thread may not have */
} l4xvm_segments;

void l4xvm_segments_reset(uint32_t space);   /* its thread is new */
void l4xvm_segments_unknown(uint32_t space); /* what it was to get has not been sent */
unsigned int l4xvm_segments_put(uint32_t space, L4_Word_t *mr, unsigned int n);
void l4xvm_segments_take(uint32_t space, const L4_Word_t *mr, L4_MsgTag_t tag);

/* --- breakpoint.c: what `changed' is for, too ------------------------------------------- */

extern bool l4xvm_breakpoints_used;                            /* there ever were any */
void l4xvm_breakpoints_unknown(uint32_t space, bool may_have); /* its thread is new, or may have */
unsigned int l4xvm_breakpoints_put(uint32_t space, L4_Word_t *mr, unsigned int n);

/*
 * Not 0: the thread of `space', if it is still the current one, lacks something.  Mostly not; if
 * so, l4xvm_segments_put() puts items for it at @n, and the next one begins where it says.  What is
 * in front of them is to be written later.
 */
static inline uint32_t l4xvm_segments_lack(void)
{
        const struct l4xvm_segments *s = &l4xvm_segments;

        return s->changed | (s->loaded.gs ^ s->user.gs) | (s->loaded.fs ^ s->user.fs);
}

/* The message @tag is in the registers: what the thread has loaded.  Mostly it had and has none. */
static inline void l4xvm_segments_leave(uint32_t space, const L4_Word_t *mr, L4_MsgTag_t tag)
{
        if (L4_TypedWords(tag) != XFER_FRAME_WORDS || l4xvm_segments.loaded.gs ||
            l4xvm_segments.loaded.fs)
                l4xvm_segments_take(space, mr, tag);
}

/* A system call, mostly, and it has told of no segments: @frame and @trap say so. */
static inline bool l4xvm_is_call(const L4_Word_t *mr, struct ab_frame *frame, struct ab_trap *trap)
{
        uint32_t vector;

        if (!xfer_is_call(mr, &vector) || l4xvm_segments.loaded.gs | l4xvm_segments.loaded.fs)
                return false;
        l4vm_count(COUNT_EXCEPTION);
        xfer_get_frame(mr, XFER_STATE_MR, frame);
        frame->eip += 2;
        trap->reason = AB_REASON_INTERRUPT;
        trap->vector = vector;
        return true;
}

static inline bool l4xvm_is_preemption(L4_MsgTag_t tag)
{
        return (L4_Label(tag) | 1) == (L4_LABEL_PREEMPTION | L4_LABEL_NO_TIME);
}

#endif
