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
static bool going_off; /* handlers set alarms: to be looked at when all have */

/* The backend is asked only when the next one changes. */
static void arm(void)
{
        uint64_t next = NEVER;
        uint32_t i;

        if (going_off)
                return;
#pragma GCC unroll 4
        for (i = 0; i < ALARMS; i++)
                if (due[i] < next)
                        next = due[i];
        if (next != armed) {
                armed = next;
                backend_timer(next == NEVER ? 0 : next);
        }
}

void alarm_set(enum alarm which, uint64_t when)
{
        due[which] = when ? when : NEVER;
        arm();
}

void alarm_event(void)
{
        uint64_t now = backend_time();
        uint32_t i;

        armed = NEVER; /* it has gone off */
        going_off = true;
#pragma GCC unroll 4
        for (i = 0; i < ALARMS; i++)
                if (due[i] <= now) {
                        due[i] = NEVER;
                        handlers[i](now);
                }
        going_off = false;
        arm();
}

void alarm_look(enum alarm which)
{
        uint64_t now = backend_time();

        if (due[which] > now)
                return;
        due[which] = NEVER;
        handlers[which](now);
        arm();
}

void alarm_start(void)
{
        uint32_t i;

        for (i = 0; i < ALARMS; i++)
                due[i] = NEVER;
        armed = NEVER;
        backend_timer(0);
        alarm_set(ALARM_WATCH, backend_time() + SECOND_NS);
}
