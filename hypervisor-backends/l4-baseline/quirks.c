/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel below departs from this project's own: found out once from its
 * interface page.  Nowhere else in a wedge is a kernel asked for its name.
 *
 * L4Ka::Pistachio's replies to exceptions cannot set TF, DF, AC and ID.  Where user code
 * is to run with others of these than its thread has, it starts in a stub that loads
 * them with popf; single steps of the stub itself are nobody's business.
 */
#include "quirks.h"
#include "stubs.h"
#include "user.h"

enum {
        DEBUG = 1,
        DOUBLE_FAULT = 8,
        INVALID_TSS = 10,
        PAGE_FAULT = 14,
        ALIGNMENT = 17,
        TF = 0x100,
        MASKED = 0x240500, /* ID, AC, DF, TF */
};

struct l4vm_quirks l4vm_quirks;

static struct {
        uint32_t flags;  /* its thread's */
        uint32_t target; /* of the stub under way, or 0 */
} threads[L4VM_SPACES];

void l4vm_quirks_start(void)
{
        bool public = L4_IsPublicKernel();

        l4vm_quirks.reply_maps = !public;
        l4vm_quirks.flags = !public;
        l4vm_quirks.pagers = !public;
        l4vm_quirks.error_code = !public;
        l4vm_quirks.splits = !public;
        l4vm_quirks.halts = !public;
        l4vm_quirks.signals = !public;
        l4vm_quirks.clean_fpu = !public;
}

uint32_t l4vm_error_code(uint32_t vector, uint32_t error)
{
        bool has = vector == DOUBLE_FAULT || (vector >= INVALID_TSS && vector <= PAGE_FAULT) ||
                   vector == ALIGNMENT;

        return l4vm_quirks.error_code || has ? error : 0;
}

void l4vm_flags_enter(uint32_t space, struct ab_frame *frame)
{
        uint32_t *data = (uint32_t *)l4vm_stub_data(space);

        if (l4vm_quirks.flags || !((threads[space].flags ^ frame->eflags) & MASKED))
                return;
        data[STUB_FLAGS / 4] = frame->eflags;
        data[STUB_ESP / 4] = frame->esp;
        data[STUB_EIP / 4] = frame->eip;
        threads[space].flags = frame->eflags;
        threads[space].target = frame->eip;
        frame->eip = STUB_ADDRESS(stub_popf);
}

bool l4vm_flags_leave(uint32_t space, struct ab_frame *frame, uint32_t vector)
{
        uint32_t target = threads[space].target;
        const uint32_t *data = (const uint32_t *)l4vm_stub_data(space);

        threads[space].flags = frame->eflags;
        if (!target)
                return false;
        if (vector == DEBUG && STUB_ADDRESS(stub_popf) <= frame->eip &&
            frame->eip < STUB_ADDRESS(stub_popf_end))
                return true;
        threads[space].target = 0;
        if (vector == DEBUG && frame->eip == target && frame->eflags & TF)
                return true;
        if (STUB_ADDRESS(stub_popf) <= frame->eip && frame->eip < STUB_ADDRESS(stub_popf_end)) {
                /* stopped on the way: as if it had not begun */
                frame->eflags = data[STUB_FLAGS / 4];
                frame->esp = data[STUB_ESP / 4];
                frame->eip = target;
        }
        return false;
}
