/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults and exceptions of applications: the rare part. */
#include "exception.h"
#include "reclaim.h"
#include "shadow.h"
#include "user-fault.h"

enum { INT3_ERROR = 3 * 8 + 2, INTO_ERROR = 4 * 8 + 2 };

static const char no_progress[] =
    "afterburn: L4 does not map a page, so a program gets a general protection fault; unless it "
    "takes the page from itself L4 has no memory: give it more (run --l4-memory)\n";

bool user_progress_has(uint32_t address, uint32_t eip)
{
        static bool told;

        if (!l4vm_repeats(address, eip))
                return true;
        if (l4vm_is_short())
                l4vm_reclaim();
        if (l4vm_repeated <= L4VM_REPEATS_MOST)
                return true;
        if (!told)
                backend_console_write(no_progress, sizeof(no_progress) - 1);
        told = true;
        return false;
}

/* First byte of the instruction at @address, or 0. */
static uint8_t code_at(uint32_t space, uint32_t address)
{
        uint32_t *entry, value = user_value(space, address, &entry);
        const uint8_t *page = value ? backend_physical(value & SHADOW_PAGE) : 0;

        return page ? page[address % AB_PAGE_BYTES] : 0;
}

void user_exception(uint32_t space, struct ab_frame *frame, struct ab_trap *trap, uint32_t vector,
                    uint32_t error)
{
        uint8_t code = 0;

        if (vector == PAGE_FAULT) {
                /* From 3 GB on, where L4 lets nobody map; it does not say where exactly. */
                *trap = (struct ab_trap){AB_REASON_PAGE_FAULT, PAGE_FAULT,
                                         (error & ERROR_WRITE) | ERROR_USER, AB_ADDRESS_UNKNOWN};
                return;
        }
        if (vector == GENERAL_PROTECTION && (error == INT3_ERROR || error == INTO_ERROR))
                code = code_at(space, frame->eip);
        l4vm_classify(frame, trap, vector, error, code);
}
