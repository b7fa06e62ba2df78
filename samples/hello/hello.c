/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hello: executes every row of the instruction table in ring 0 and prints
 * KTAP.  The same source is built plain and afterburned; both print the same.
 */
#include <afterburn/insn.h>

#include "try.h"

volatile int caught;
volatile uint32_t caught_eip, caught_cs, trap_recover, trap_stack;
volatile unsigned timer_ticks, calls;

#define AB_INSN(id, ...) bool row_##id(void);
#include <insn-ia32.def>
#undef AB_INSN

/* clang-format off */
static const struct {
        const char *name;
        bool (*run)(void);
} rows[] = {
#define AB_INSN(id, ...) {#id, row_##id},
#include <insn-ia32.def>
#undef AB_INSN
};
/* clang-format on */

void kernel_trap(struct trap_frame *frame)
{
        uint32_t recover = trap_recover;

        if (frame->vector == TIMER_VECTOR) {
                timer_ticks++;
                timer_acknowledge();
        } else if (frame->vector == CALL_VECTOR) {
                calls++;
        } else if (recover) {
                caught = (int)frame->vector;
                caught_eip = frame->eip;
                caught_cs = frame->cs;
                trap_recover = 0;
                trap_resume(frame, recover, trap_stack);
        } else {
                panic("unexpected trap", frame);
        }
}

void kernel_main(void)
{
        unsigned i;

        timer_init(100);
        ktap_plan(sizeof rows / sizeof rows[0]);
        for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                if (left_out(rows[i].name))
                        ktap_skip(rows[i].name, "left out");
                else
                        ktap_result(rows[i].run(), rows[i].name);
        }
        ktap_finish();
}
