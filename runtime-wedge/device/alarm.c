/* SPDX-License-Identifier: BSD-2-Clause */
/* The backend has one timer; the chips share it. */
#include "chips.h"

enum { SECOND_NS = 1000000000 };

bool watch_due;

static void watch_alarm(uint64_t now)
{
        watch_due = true;
        alarm_set(ALARM_WATCH, now + SECOND_NS);
}

static void (*const handlers[ALARMS])(uint64_t now) = {
    [ALARM_PIT] = pit_alarm,
    [ALARM_CLOCK] = clock_alarm,
    [ALARM_SERIAL] = serial_alarm,
    [ALARM_WATCH] = watch_alarm,
};

#define NEVER (~(uint64_t)0)

static uint64_t due[ALARMS], armed;
static uint64_t rare;  /* the first of all but the interval timer's, which is due most often */
static bool going_off; /* handlers set alarms: to be looked at when all have */

/* The backend is asked only when the next one changes. */
static void arm(void)
{
        uint64_t next = due[ALARM_PIT] < rare ? due[ALARM_PIT] : rare;

        if (going_off)
                return;
        if (next != armed) {
                armed = next;
                backend_timer(next == NEVER ? 0 : next);
        }
}

static __attribute__((noinline)) void find_rare(void)
{
        uint32_t i;

        rare = NEVER;
        for (i = 0; i < ALARMS; i++)
                if (i != ALARM_PIT && due[i] < rare)
                        rare = due[i];
}

void alarm_set(enum alarm which, uint64_t when)
{
        due[which] = when ? when : NEVER;
        if (which != ALARM_PIT)
                find_rare();
        arm();
}

static void go_off(enum alarm which, uint64_t now)
{
        if (due[which] > now)
                return;
        due[which] = NEVER;
        handlers[which](now);
}

static __attribute__((noinline)) void rare_go_off(uint64_t now)
{
        uint32_t i;

        for (i = 0; i < ALARMS; i++)
                if (i != ALARM_PIT)
                        go_off(i, now);
        find_rare();
}

void alarm_event(void)
{
        uint64_t now = backend_time();

        armed = NEVER; /* it has gone off */
        going_off = true;
        go_off(ALARM_PIT, now);
        if (rare <= now)
                rare_go_off(now);
        going_off = false;
        arm();
}

void alarm_look(enum alarm which)
{
        go_off(which, backend_time());
        find_rare();
        arm();
}

void alarm_start(void)
{
        uint32_t i;

        for (i = 0; i < ALARMS; i++)
                due[i] = NEVER;
        armed = rare = NEVER;
        backend_timer(0);
        alarm_set(ALARM_WATCH, backend_time() + SECOND_NS);
}
