/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ports: asks QEMU's configuration device (selector at 0x510, data at 0x511, so documented) for its
 * signature, and the display for the version of its interface (index at 0x1ce, data at 0x1cf). With
 * `reach' on its command line it then writes ports it was not given, which would end the machine.
 */
#include "kernel.h"

void kernel_trap(struct trap_frame *frame)
{
        panic("unexpected trap", frame);
}

static void outw(uint16_t port, uint16_t value)
{
        asm volatile("outw %0, %1" : : "a"(value), "d"(port));
}

static void outl(uint16_t port, uint32_t value)
{
        asm volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static uint16_t inw(uint16_t port)
{
        uint16_t value;

        asm volatile("inw %1, %0" : "=a"(value) : "d"(port));
        return value;
}

static void reach(void)
{
        enum { POWER = 0x604, TURN_OFF = 0x2000 };
        uint16_t port;

        for (port = 0xf0; port < 0x100; port++)
                outb(port, 1);
        outw(POWER, TURN_OFF);
        outl(0xf3, 0x01010101);
}

void kernel_main(void)
{
        uint8_t sign[4];
        unsigned i;

        outw(0x510, 0);
        for (i = 0; i < sizeof(sign); i++)
                sign[i] = inb(0x511);
        outw(0x1ce, 0);
        ktap_plan(1);
        print("# bytes %x %x %x %x\n", sign[0], sign[1], sign[2], sign[3]);
        print("# word %x\n", inw(0x1cf));
        print("# beside %x %x\n", inb(0x510 + 2), inw(0x1d0));
        if (command_line_behind("reach"))
                reach();
        ktap_result(true, "still there");
        ktap_finish();
}
