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

static uint64_t due[ALARMS], armed;
static bool going_off; /* handlers set alarms: to be looked at when all have */

/* The backend is asked only when the next one changes. */
static void arm(void)
{
        uint64_t next = 0;
        uint32_t i;

        if (going_off)
                return;
        for (i = 0; i < ALARMS; i++)
                if (due[i] && (!next || due[i] < next))
                        next = due[i];
        if (next != armed) {
                armed = next;
                backend_timer(next);
        }
}

void alarm_set(enum alarm which, uint64_t when)
{
        due[which] = when;
        arm();
}

void alarm_event(void)
{
        uint64_t now = backend_time();
        uint32_t i;

        armed = 0; /* it has gone off */
        going_off = true;
        for (i = 0; i < ALARMS; i++)
                if (due[i] && due[i] <= now) {
                        due[i] = 0;
                        handlers[i](now);
                }
        going_off = false;
        arm();
}

void alarm_start(void)
{
        uint32_t i;

        for (i = 0; i < ALARMS; i++)
                due[i] = 0;
        armed = 0;
        backend_timer(0);
        alarm_set(ALARM_WATCH, backend_time() + SECOND_NS);
}
