/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest kernel that is lost: built with END as what it does at last. */
#include "kernel.h"

void kernel_trap(struct trap_frame *frame)
{
        panic("unexpected trap", frame);
}

/* Interrupts off, for ever. */
static __attribute__((unused)) void loop(void)
{
        asm volatile("cli");
        for (;;)
                asm volatile("");
}

/* No gate for the exception, none for the double fault. */
static __attribute__((unused)) void triple(void)
{
        static const struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) none = {0, 0};

        asm volatile("lidt %0; ud2" : : "m"(none));
}

/* Ports that nobody granted, among them the emulator's exit: not there.  An out that no record
 * tells of faults. */
static __attribute__((unused)) void ports(void)
{
        unsigned port;

        for (port = 0xf0; port < 0x100; port++)
                outb((uint16_t)port, 1);
        print("# still there\n");
        asm volatile(".byte 0xee" : : "a"(1), "d"(0xf4));
}

/* The hypervisor's memory. */
static __attribute__((unused)) void memory(void)
{
        *(volatile uint32_t *)0xf0000000 = 0;
}

void kernel_main(void)
{
        print("# lost\n");
        END();
}
