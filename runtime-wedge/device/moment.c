/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counter and timer at one moment.  Kernels read the time-stamp counter and the interval timer one
 * right after the other and take both readings for one moment: to learn the counter's rate at boot,
 * and, Linux 2.6.9 and 2.6.12, at each tick.  A processor executes the few instructions in
 * between in no time; a virtual machine may stand still there, as long as others run.  So the
 * second reading is that of the moment of the first: as if the machine had stopped behind both.
 * No reading is earlier than the one before.
 *
 * What the guest does between two readings is found out, never how long it took:
 *
 *   the counter behind the timer: code without a loop between the two (guest_came_straight());
 *
 *   the timer behind the counter: two places a few instructions apart, between which mostly next
 *   to no time passes;
 *
 *   an end that a loop waits for: it was seen when it came, not when the machine went on.
 */
#include "chips.h"
#include "divide.h"

enum {
        POLLS = 16, /* from one place, behind one another: that is a loop that waits */
        TIMES = 16, /* so often close together */
        CLOSE = 4,  /* times the shortest that was seen */
        NEAR = 64,  /* bytes */
        READINGS = 3,
};

/* What was told last, to the instruction in front of @place. */
static struct {
        enum { NOTHING, TIMER, COUNTER } what;
        uint32_t place;
        uint64_t at;    /* TIMER: ns; COUNTER: its value */
        uint32_t polls; /* TIMER: times from this place before */
        uint64_t step;  /* ns from one of these to the next, at least */
} told;

/* A counter's place and a latch's, which followed `times' times. */
static struct {
        uint32_t from, to, times;
        uint32_t least; /* steps in between */
} pair;

static uint32_t khz;

void moment_start(const struct backend_machine *machine)
{
        khz = machine->counter_khz;
        told.what = NOTHING;
        pair.times = pair.from = pair.to = 0;
}

void moment_timer(uint64_t ns)
{
        uint32_t place = guest_place();

        if (told.what != TIMER || told.place != place) {
                told.polls = 0;
                told.step = ~0ull;
        } else {
                told.polls++;
                if (ns - told.at < told.step)
                        told.step = ns - told.at;
        }
        told.what = TIMER;
        told.place = place;
        told.at = ns;
}

/* The counter is @gap steps further than when the guest read it: these were others'. */
static bool are_others(uint64_t steps)
{
        uint32_t to = guest_place(), gap = steps >> 32 ? ~0u : (uint32_t)steps;

        if (to - told.place > NEAR)
                return false;
        if (pair.from != told.place || pair.to != to) {
                pair.from = told.place;
                pair.to = to;
                pair.times = 0;
                pair.least = gap;
        }
        if (gap < pair.least)
                pair.least = gap;
        if (gap / CLOSE > pair.least) {
                bool usual = pair.times >= TIMES;

                pair.times = 0; /* not if it is so mostly */
                return usual;
        }
        if (pair.times < TIMES)
                pair.times++;
        return false;
}

/* Both clocks at one moment: of some readings the one that took the shortest. */
static void read_both(uint64_t *ns, uint64_t *steps)
{
        uint64_t shortest = ~0ull;
        uint32_t i;

        for (i = 0; i < READINGS; i++) {
                uint64_t before = native_tsc(), time = backend_time(), after = native_tsc();

                if (after - before >= shortest)
                        continue;
                shortest = after - before;
                *ns = time;
                *steps = after;
        }
}

/* The time when the counter, which was told last, was @steps further than it was told to be. */
static uint64_t time_behind(uint64_t steps)
{
        uint64_t ns = 0, now = 0;

        read_both(&ns, &now);
        return ns - divide_long((now - told.at - steps) * 1000000, khz).quotient;
}

uint64_t moment_of_latch(void)
{
        uint64_t now = backend_time(); /* a stop behind this shows in the counter */

        if (told.what == COUNTER && are_others(native_tsc() - told.at))
                return time_behind(pair.least);
        return now;
}

uint64_t moment_of_end(uint64_t now, uint64_t end)
{
        if (end >= now)
                return now;
        if (told.what == COUNTER)
                return guest_came_straight(told.place) ? time_behind(0) : now;
        if (told.what == TIMER && told.place == guest_place() && told.polls >= POLLS &&
            told.at < end && end + told.step < now)
                return end + told.step; /* it could have been seen so late */
        return now;
}

uint64_t tsc_read(void)
{
        uint64_t ns = 0, value = 0;

        if (told.what == TIMER && guest_came_straight(told.place)) {
                read_both(&ns, &value);
                value -= divide_long((ns - told.at) * khz, 1000000).quotient;
        } else {
                value = native_tsc();
        }
        told.what = COUNTER;
        told.place = guest_place();
        told.at = value;
        return value;
}
