/* SPDX-License-Identifier: BSD-2-Clause */
/* Other ways to reset: system control port A, and the chip set's reset control. */
#include "chips.h"

enum { A_RESET = 1, A_A20 = 2, RESET_NOW = 4 };

static uint8_t control_a = A_A20, reset_control;

void machine_reset(void)
{
        device_idle();
        backend_stop(AB_STOP_REBOOT, 0);
}

uint32_t control_a_read(uint32_t port)
{
        (void)port;
        return control_a;
}

/* Address line 20 is always open. */
void control_a_write(uint32_t port, uint32_t value)
{
        (void)port;
        if (value & A_RESET)
                machine_reset();
        control_a = (uint8_t)(value | A_A20);
}

uint32_t reset_read(uint32_t port)
{
        (void)port;
        return reset_control;
}

void reset_write(uint32_t port, uint32_t value)
{
        (void)port;
        if (value & RESET_NOW)
                machine_reset();
        reset_control = (uint8_t)value;
}
