/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breakpoints of applications: the user thread's own debug registers in L4, by control transfer
 * items.  The guest has one set; it goes along with the answer that sets a thread going, where the
 * set has changed or another space's thread is next.
 */
#include "fresh.h"
#include "l4xvm.h"

enum { CONTROL = 7, ENABLE = 0xff, ALL = (1 << L4_CTRLXFER_DEBUG_WORDS) - 1 };

/* The most that an answer has: registers, segments, these, and pages. */
_Static_assert(1 + XFER_FRAME_WORDS + 1 + L4_CTRLXFER_TLS_WORDS + 3 + L4_CTRLXFER_DEBUG_WORDS +
                       2 * L4VM_FRESH_MOST <=
                   L4_NUM_MRS,
               "it has to fit");

static uint32_t address[4], control;
static bool has[L4VM_SPACES];
bool l4xvm_breakpoints_used;

void backend_user_breakpoints(const uint32_t *dr)
{
        uint32_t i;

        for (i = 0; i < 4; i++)
                address[i] = dr[i];
        control = dr[CONTROL];
        l4xvm_breakpoints_used |= !!(control & ENABLE);
        l4xvm_segments.changed = true;
}

void l4xvm_breakpoints_unknown(uint32_t space, bool may_have)
{
        has[space] = may_have;
}

unsigned int l4xvm_breakpoints_put(uint32_t space, L4_Word_t *mr, unsigned int n)
{
        uint32_t i;

        if (!has[space] && !(control & ENABLE))
                return n;
        has[space] = control & ENABLE;
        mr[n++] = L4_CtrlXferWord(L4_CTRLXFER_ID_DEBUG, ALL & ~(1 << L4_CTRLXFER_DEBUG_DR6));
        for (i = 0; i < 4; i++)
                mr[n++] = address[i];
        mr[n++] = control;
        return n;
}
