/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ends: a guest kernel that comes to the end its command line names.
 *      well      a report of success, after 200 ticks
 *      panic     a report of failure
 *      triple    a fault with no descriptor table to report it
 *      loop      for ever, with interrupts off
 *      segment   data in a segment with a base, as kernels for several processors have it
 */
#include "kernel.h"

static volatile uint32_t ticks;

void kernel_trap(struct trap_frame *frame)
{
        if (frame->vector == TIMER_VECTOR) {
                ticks++;
                timer_acknowledge();
        } else {
                panic("unexpected trap", frame);
        }
}

static bool named(const char *word)
{
        const uint32_t *information = (const uint32_t *)(boot_information + KERNEL_BASE);
        const char *line = (const char *)(information[4] + KERNEL_BASE), *p, *w;

        for (p = line; boot_information && information[0] & 4 && *p; p++) {
                for (w = word; *w && p[w - word] == *w; w++)
                        ;
                if (!*w)
                        return true;
        }
        return false;
}

static void triple_fault(void)
{
        static const struct {
                uint16_t limit;
                uint32_t base;
        } __attribute__((packed)) none = {0, 0};

        asm volatile("cli; lidt %0; ud2" : : "m"(none) : "memory");
}

static void endless_loop(void)
{
        asm volatile("cli" : : : "memory");
        asm volatile(".globl endless_loop_here; endless_loop_here: jmp endless_loop_here");
}

static void segment_with_a_base(void)
{
        static uint32_t data[4] = {1, 2, 3, 4};
        uint32_t base = (uint32_t)data, value;

        gdt[USER_DS / 8] = (uint64_t)(base >> 24) << 56 | 0x00cf930000000000ull |
                           (uint64_t)(base & 0xffffff) << 16 | 0xffff;
        asm volatile("movl %1, %%gs; movl %%gs:8, %0" : "=r"(value) : "r"(USER_DS & ~3) : "memory");
        ktap_plan(1);
        ktap_result(value == 3, "data in a segment with a base");
        ktap_finish();
}

void kernel_main(void)
{
        timer_init(100);
        if (named("panic"))
                panic("as the command line asks", 0);
        if (named("triple"))
                triple_fault();
        if (named("loop"))
                endless_loop();
        if (named("segment"))
                segment_with_a_base();
        asm volatile("sti" : : : "memory");
        while (ticks < 200)
                asm volatile("hlt" : : : "memory");
        ktap_plan(1);
        ktap_result(true, "200 ticks");
        ktap_finish();
}
