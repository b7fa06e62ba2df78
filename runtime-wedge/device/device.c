/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as a whole: reset, and what comes from outside. */
#include "chips.h"

void device_start(const struct backend_machine *machine)
{
        log_start();
        alarm_start();
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
        uint32_t line;

        if (events & AB_EVENT_TIMER)
                alarm_event();
        if (events & AB_EVENT_CONSOLE)
                serial_input();
        /* A device's line is masked by the event: an edge is all there is to tell. */
        for (line = 0; line < 16; line++)
                if (events & (uint32_t)AB_EVENT_IRQ0 << line) {
                        pic_line(line, false);
                        pic_line(line, true);
                }
}

void device_idle(void)
{
        serial_flush();
}
