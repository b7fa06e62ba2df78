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

void kernel_main(void)
{
        print("# lost\n");
        END();
}
