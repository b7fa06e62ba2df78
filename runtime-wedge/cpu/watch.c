/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest kernel that runs on with interrupts off is alive as far as the hypervisor can see.
 * Looked at once a second: if twice in turn interrupts are off and none was taken in between,
 * whoever runs the guest is told where it is, and told again when it has gone on.
 */
#include "cpu.h"

uint32_t watch_taken;

static uint32_t taken_before;
static bool off_before, told;

static void tell(uint32_t eip)
{
        char line[] = "afterburn stuck interrupts off at 0x00000000\n";
        uint32_t i;

        for (i = 0; i < 8; i++)
                line[sizeof(line) - 3 - i] = "0123456789abcdef"[eip >> 4 * i & 15];
        backend_control_write(line, sizeof(line) - 1);
}

void watch_look(void)
{
        bool off = !vcpu.cpl && !interrupts_enabled();
        bool stuck = off && off_before && watch_taken == taken_before;

        watch_due = false;
        if (stuck && !told)
                tell(vcpu.frame.eip);
        else if (!stuck && told)
                backend_control_write("afterburn stuck\n", 16);
        told = stuck;
        off_before = off;
        taken_before = watch_taken;
}
