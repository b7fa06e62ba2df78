/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as a whole: reset, and what comes from outside. */
#include "chips.h"

void device_start(const struct backend_machine *machine)
{
        log_start();
        alarm_start();
        moment_start(machine);
        pic_start();
        pit_start();
        clock_start(machine);
        serial_start();
        keyboard_start();
        port_start();
        cpuid_start(machine);
}

void device_event(uint32_t events)
{
        if (events & AB_EVENT_TIMER)
                alarm_event();
        if (events & AB_EVENT_CONSOLE)
                serial_input();
}

void device_idle(void)
{
        serial_flush();
}
