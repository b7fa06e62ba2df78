/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults that come again because L4 has no memory: which of them mean that a machine gets no
 * further.  With 44 pages of L4's memory the first instruction of a guest needed two pages, each of
 * which took the other's place, for ever; no two faults in a row were the same for long.
 */
#include "ktap.h"
#include "../../hypervisor-backends/l4-baseline/reclaim.h"

enum { CODE = 0x81007000, DATA = 0x82000000, STEP = AB_PAGE_BYTES, VERY_MANY = 5000 };

/* So many faults of @instructions in turn, at @pages in turn: after how many is it given up? */
static uint32_t given_up(uint32_t faults, uint32_t instructions, uint32_t pages)
{
        uint32_t i;

        l4vm_repeats(0, 0);
        for (i = 0; i < faults; i++) {
                l4vm_repeats(DATA + i % pages * STEP, CODE + i % instructions);
                if (l4vm_repeated > L4VM_REPEATS_MOST)
                        break;
        }
        return i;
}

/* An instruction that moves @pages from somewhere, by way of @times faults at each and at itself.
 */
static bool moves(uint32_t pages, uint32_t times)
{
        uint32_t i, k;

        l4vm_repeats(0, 0);
        for (i = 0; i < pages; i++)
                for (k = 0; k < times; k++) {
                        l4vm_repeats(CODE, CODE);
                        l4vm_repeats(DATA + i * STEP, CODE);
                        l4vm_repeats(DATA + (2 * pages - i) * STEP, CODE);
                        if (l4vm_repeated > L4VM_REPEATS_MOST)
                                return false;
                }
        return true;
}

void repeats(void)
{
        uint32_t i;

        ktap_line("# faults that come again");
        ktap_ok(given_up(VERY_MANY, 1, 1) <= L4VM_REPEATS_MOST + 1,
                "an instruction that never has its page is given up");
        ktap_ok(given_up(VERY_MANY, 1, 2) < VERY_MANY, "so is one that never has both of two");
        ktap_ok(given_up(VERY_MANY, 1, 8) < VERY_MANY, "or of eight");
        ktap_ok(given_up(VERY_MANY, 1, 32) == VERY_MANY, "not one that comes to others");
        ktap_ok(given_up(VERY_MANY, 2, 2) == VERY_MANY, "nor one of two in turn");
        ktap_ok(moves(VERY_MANY, 3), "nor one that gets on, page by page");
        for (i = 0; i < VERY_MANY && l4vm_repeated <= L4VM_REPEATS_MOST; i++) {
                l4vm_repeats(DATA + i % 2 * STEP, CODE);
                l4vm_repeats_not();
        }
        ktap_ok(i == VERY_MANY, "nor one whose pages were taken from it meanwhile");
        l4vm_repeats(0, 0);
}
