/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254's channel 0: for machines on an L4 without alarms (kernel/README), as a public one's
 * clock ticks every two milliseconds.  It runs once, to the earliest moment at which a machine is
 * to be looked at.
 *
 * A machine shares its deadline with us, and is expected to want the next one as far behind as
 * this one was behind the last.  A program that runs when it comes has told main that it was
 * preempted, or is stopped from here; main finds the event when it has the program's
 * registers: no other thread takes part.
 */
#include <l4/io.h>
#include <l4/kip.h>
#include <afterburn/backend.h>
#include "timer.h"

enum { LINE = 0, CHANNEL0 = 0x40, MODE = 0x43, ONCE = 0x30, MOST = 0xffff };

/* Nanoseconds. */
enum {
        LATE = 1000, /* a plan for a time that is guessed: it is not looked at in vain */
        RETRY = 1000000,
        SHORTEST = 50000,
        LONGEST = 20000000,
        COUNTER_MOST = 54000000 /* that MOST ticks are more than */
};
#define NOTHING      (~0ull)
#define TICKS_PER_NS 5124678u /* times 2^32: 1,193,182 Hz */

/* When machines are to be looked at, by their own clock: ns since it began; 0: not. */
static struct {
        unsigned long long due, deadline;
} machines[VMS];
static unsigned int used;  /* of them, the first ones */
static unsigned int scale; /* ns per step of the time-stamp counter, times 2^24 */

static L4_ThreadId_t line(void)
{
        return L4_GlobalId(LINE, 1);
}

int timer_attach(void)
{
        if (scale)
                return 1;
        l4_outb(MODE, ONCE); /* and no count: nothing comes, whatever ran before */
        if (!L4_ThreadControl(line(), line(), L4_nilthread, L4_MyGlobalId(), L4_UTCB_LEAVE))
                return 0;
        scale = (unsigned int)((1000000ull << 24) / L4_ProcessorKHz());
        return 1;
}

static unsigned long long counter(void)
{
        unsigned long long value;

        asm volatile("rdtsc" : "=A"(value));
        return value;
}

/* The value @steps of the counter as a wedge reckons it (backend_time()). */
static unsigned long long time_of(const struct vm *v, unsigned long long steps)
{
        if (v->shared)
                steps -= v->shared->clock_began;
        return ((unsigned long long)scale * (unsigned int)(steps >> 32) << 8) +
               ((unsigned long long)scale * (unsigned int)steps >> 24);
}

/* Nothing is due for @least ns. */
static void arm(unsigned long long least)
{
        unsigned int ticks = MOST - 1;

        if (least == NOTHING)
                return;
        if (least < COUNTER_MOST)
                ticks =
                    (unsigned int)((unsigned int)least * (unsigned long long)TICKS_PER_NS >> 32);
        l4_outb(MODE, ONCE);
        l4_outb(CHANNEL0, (uint8_t)(ticks + 1));
        l4_outb(CHANNEL0, (uint8_t)((ticks + 1) >> 8));
}

/* --- a machine ---------------------------------------------------------------------------- */

/*
 * The machine's timer has gone off: false if it has to be seen whether it gets to know.  A program
 * that @interrupted is may have told main so.
 */
static int tell(struct vm *v, const volatile struct l4vm_shared *s, L4_ThreadId_t interrupted)
{
        if (s->running) {
                enum vm_stopped stopped;

                if (s->user_tells && s->running == interrupted.raw)
                        return 1;
                stopped = vm_stop_user(v, 0);
                if (stopped != VM_NOT_STOPPED)
                        return stopped == VM_STOPPED;
        } else if (!s->waiting && (s->held || s->busy)) {
                return 0; /* main looks when it is done */
        }
        vm_notify(v, AB_EVENT_TIMER);
        return 1;
}

/* When to look again. */
static unsigned long long expired(struct vm *v, volatile struct l4vm_shared *s,
                                  unsigned long long now, unsigned long long last,
                                  L4_ThreadId_t interrupted)
{
        unsigned long long interval = s->deadline - last, due = 0;

        s->deadline_set = 0;
        s->events |= AB_EVENT_TIMER;
        if (interval >= SHORTEST && interval <= LONGEST)
                due = last + 2 * interval + LATE;
        if (!tell(v, s, interrupted) && (!due || due > now + RETRY))
                due = now + RETRY;
        /* A program that was told to stop need not. */
        return due || !s->running ? due : now + LONGEST;
}

static void look(struct vm *v, unsigned long long now, L4_ThreadId_t interrupted)
{
        volatile struct l4vm_shared *s = v->shared;
        unsigned int i = (unsigned int)(v - vms);
        unsigned long long deadline = s->deadline;

        if (s->deadline_set && deadline <= now) {
                machines[i].due = expired(v, s, now, machines[i].deadline, interrupted);
                machines[i].deadline = deadline;
        } else {
                /* Main should have seen it by now. */
                if (s->events & AB_EVENT_TIMER)
                        vm_notify(v, AB_EVENT_TIMER);
                machines[i].due = s->deadline_set ? deadline : 0;
        }
        s->planned = machines[i].due ? machines[i].due : ~0ull;
        if (i >= used)
                used = i + 1;
}

/* Look at those that are due when the counter is at @steps, and arm for the next. */
static void look_at_all(unsigned long long steps, L4_ThreadId_t interrupted)
{
        unsigned long long least = NOTHING;

        for (unsigned int i = 0; i < used; i++) {
                struct vm *v = &vms[i];
                unsigned long long now;

                if (!machines[i].due)
                        continue;
                now = time_of(v, steps);
                if (machines[i].due <= now) {
                        if (v->shared)
                                look(v, now, interrupted);
                        else
                                machines[i].due = 0; /* it has ended */
                }
                if (machines[i].due && machines[i].due <= now)
                        least = 0;
                else if (machines[i].due && machines[i].due - now < least)
                        least = machines[i].due - now;
        }
        arm(least);
}

void timer_request(struct vm *v)
{
        unsigned long long steps = counter();

        if (!v->shared)
                return;
        look(v, time_of(v, steps), L4_nilthread);
        look_at_all(steps, L4_nilthread);
}

void timer_interrupt(L4_ThreadId_t interrupted)
{
        look_at_all(counter(), interrupted);
}
