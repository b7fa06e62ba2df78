/* SPDX-License-Identifier: BSD-2-Clause */
/* Register state by ExchangeRegisters. */
#include "transfer.h"

enum { FULL_ITEMS = L4_CTRLXFER_FPU_ITEMS - 1 };

static bool exchange(L4_ThreadId_t thread, L4_Word_t control)
{
        struct L4_ExRegs r = {.control = control};

        return !L4_IsNilThread(L4_ExchangeRegisters(thread, &r));
}

bool xfer_configure(L4_ThreadId_t thread, L4_Word_t what)
{
        static const uint8_t faults[] = {L4_FAULT_PAGEFAULT, L4_FAULT_PREEMPTION,
                                         L4_FAULT_EXCEPTION};
        unsigned int i;

        for (i = 0; i < sizeof(faults); i++)
                if (!L4_ConfCtrlXfer(thread, faults[i], what))
                        return false;
        return true;
}

bool xfer_read_frame(L4_ThreadId_t thread, struct ab_frame *frame)
{
        L4_Word_t *mr = L4_Utcb();

        /* A thread that does not accept items leaves the words as they are: eip is never 0. */
        mr[0] = L4_Tag(0, 0, XFER_FRAME_WORDS).raw;
        mr[1] = L4_CTRLXFER_GP_ITEM;
        mr[2] = 0;
        if (!exchange(thread, L4_EXREGS_CTRLXFER_READ) || !mr[2])
                return false;
        xfer_get_frame(mr, 1, frame);
        return true;
}

/* --- floating point: four items, of which three fill the message registers ----------------- */

static L4_Word_t fpu_item(unsigned int i)
{
        unsigned int words = i < FULL_ITEMS ? L4_CTRLXFER_FPU_WORDS : L4_CTRLXFER_FPU_LAST;

        return L4_CtrlXferWord(L4_CTRLXFER_ID_FPU0 + i, (1u << words) - 1) |
               (i + 1 < FULL_ITEMS ? L4_ITEM_CONTINUED : 0);
}

static void copy_words(L4_Word_t *to, const L4_Word_t *from, uint32_t words)
{
        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* Items @first to @last: @control says which way. */
static bool transfer_fpu(L4_ThreadId_t thread, L4_Word_t *area, L4_Word_t control,
                         unsigned int first, unsigned int last)
{
        L4_Word_t *mr = L4_Utcb();
        unsigned int n = 1, i;

        for (i = first; i <= last; i++, n += 1 + L4_CTRLXFER_FPU_WORDS) {
                mr[n] = fpu_item(i);
                if (control == L4_EXREGS_CTRLXFER_WRITE)
                        copy_words(&mr[n + 1], area + L4_CTRLXFER_FPU_WORDS * i,
                                   i < FULL_ITEMS ? L4_CTRLXFER_FPU_WORDS : L4_CTRLXFER_FPU_LAST);
        }
        if (!exchange(thread, control))
                return false;
        if (control == L4_EXREGS_CTRLXFER_WRITE)
                return true;
        for (i = first, n = 1; i <= last; i++, n += 1 + L4_CTRLXFER_FPU_WORDS)
                copy_words(area + L4_CTRLXFER_FPU_WORDS * i, &mr[n + 1],
                           i < FULL_ITEMS ? L4_CTRLXFER_FPU_WORDS : L4_CTRLXFER_FPU_LAST);
        return true;
}

bool xfer_read_fpu(L4_ThreadId_t thread, void *area)
{
        return transfer_fpu(thread, area, L4_EXREGS_CTRLXFER_READ, 0, FULL_ITEMS - 1) &&
               transfer_fpu(thread, area, L4_EXREGS_CTRLXFER_READ, FULL_ITEMS, FULL_ITEMS);
}

bool xfer_write_fpu(L4_ThreadId_t thread, const void *area)
{
        L4_Word_t *from = (L4_Word_t *)area;

        return transfer_fpu(thread, from, L4_EXREGS_CTRLXFER_WRITE, 0, FULL_ITEMS - 1) &&
               transfer_fpu(thread, from, L4_EXREGS_CTRLXFER_WRITE, FULL_ITEMS, FULL_ITEMS);
}
