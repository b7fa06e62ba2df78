/* SPDX-License-Identifier: BSD-2-Clause */
/* Traps and events of main, on its trap stack; and what exceptions mean. */
#include "exception.h"
#include "shadow.h"

enum {
        GENERAL_PROTECTION = 13,
        IDT_ERROR = 2,
        PAGE_FAULT = 14,
        ERROR_WRITE = 2,
        INT3 = 3,
        INTO = 4,
        OPCODE_INT_N = 0xcd
};

volatile struct l4vm_shared l4vm
    __attribute__((section(".shared"))) = {.held = 1, .planned = ~0ull, .ready = ~0u};
volatile struct raw_trap l4vm_raw;
struct ab_frame l4vm_resume_frame;
uint32_t l4vm_missing;

static void __attribute__((noreturn)) go_on(const struct ab_frame *frame, uint32_t held)
{
        l4vm_resume_frame = *frame;
        l4vm_resume(held);
}

static void __attribute__((noreturn)) deliver(struct ab_frame *frame)
{
        while (l4vm.events)
                wedge_event(frame);
        go_on(frame, 0);
}

void l4vm_redeliver(void)
{
        struct ab_frame frame = l4vm_resume_frame;

        deliver(&frame);
}

void l4vm_trap(void)
{
        struct ab_frame frame = *(const struct ab_frame *)&l4vm_raw.frame;
        struct ab_trap trap = *(const struct ab_trap *)&l4vm_raw.trap;
        uint32_t held = l4vm_raw.was_held, outer = l4vm_missing;

        l4vm_note(trap.reason, trap.vector, frame.eip, false);
        if (trap.reason != AB_REASON_EVENT) {
                if (trap.reason == AB_REASON_PAGE_FAULT)
                        l4vm_missing = (trap.address & SHADOW_PAGE) | 1;
                wedge_trap(&frame, &trap);
                l4vm_missing = outer;
        }
        if (!held)
                deliver(&frame);
        go_on(&frame, held);
}

void l4vm_main(void)
{
        wedge_main();
        backend_stop(AB_STOP_HALT, 0);
}

/* --- exception messages ---------------------------------------------------------- */

void l4vm_classify(struct ab_frame *frame, struct ab_trap *trap, uint32_t vector, uint32_t error,
                   uint8_t code)
{
        trap->reason = AB_REASON_EXCEPTION;
        trap->vector = vector;
        trap->error = error;
        trap->address = 0;
        if (vector == PAGE_FAULT) {
                /* From 3 GB on, where L4 lets nobody map; it does not say where exactly. */
                trap->reason = AB_REASON_PAGE_FAULT;
                trap->error = error & ERROR_WRITE;
                trap->address = AB_ADDRESS_UNKNOWN;
                return;
        }
        if (vector != GENERAL_PROTECTION || !(error & IDT_ERROR) || error >> 11)
                return;
        trap->vector = error >> 3;
        trap->error = 0;
        if ((trap->vector == INT3 || trap->vector == INTO) && code != OPCODE_INT_N) {
                frame->eip++;
                return;
        }
        trap->reason = AB_REASON_INTERRUPT;
        frame->eip += 2;
}
