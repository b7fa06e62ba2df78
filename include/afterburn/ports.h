/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports of the real machine that no guest is given: those L4 and the resource monitor use, and
 * those that end the machine for all: the last four rows are QEMU's exit device, the switch as the
 * BIOS of QEMU and that of bochs place it, and bochs' shutdown.  `afterburn run' refuses them by
 * name, the resource monitor whoever else describes machines.  Each port that the wedge has a chip
 * at is among them.
 */
#ifndef AFTERBURN_PORTS_H
#define AFTERBURN_PORTS_H

#include <stdint.h>

struct ab_kept_ports {
        uint16_t first, last;
        const char *whose;
};

/* The row that has a port of @first to @last; NULL: there is none. */
static inline const struct ab_kept_ports *ab_kept_ports(uint32_t first, uint32_t last)
{
        static const struct ab_kept_ports kept[] = {
            {0x20, 0x21, "the interrupt controller"},
            {0xa0, 0xa1, "the interrupt controller"},
            {0x4d0, 0x4d1, "the interrupt controller"},
            {0x40, 0x43, "the timer"},
            {0x61, 0x61, "the timer"},
            {0x70, 0x71, "the clock"},
            {0x3f8, 0x3ff, "the console"},
            {0x2f8, 0x2ff, "the line on which guests report"},
            {0x60, 0x60, "the reset of the machine"},
            {0x64, 0x64, "the reset of the machine"},
            {0x92, 0x92, "the reset of the machine"},
            {0xcf9, 0xcf9, "the reset of the machine"},
            {0x80, 0x80, "for delays, each guest's own"},
            {0xed, 0xed, "for delays, each guest's own"},
            {0xf4, 0xf7, "the emulator's end"},
            {0x604, 0x605, "the switch that turns the machine off"},
            {0xb004, 0xb005, "the switch that turns the machine off"},
            {0x8900, 0x8900, "the emulator's end"},
        };

        for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
                if (first <= kept[i].last && last >= kept[i].first)
                        return &kept[i];
        return 0;
}

#endif
