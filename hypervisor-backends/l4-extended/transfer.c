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

static uint32_t words_of(unsigned int i)
{
        return i < FULL_ITEMS ? L4_CTRLXFER_FPU_WORDS : L4_CTRLXFER_FPU_LAST;
}

static L4_Word_t fpu_item(unsigned int i, L4_Word_t id)
{
        return L4_CtrlXferWord(id, (1u << words_of(i)) - 1) |
               (i + 1 < FULL_ITEMS ? L4_ITEM_CONTINUED : 0);
}

static void copy_words(L4_Word_t *to, const L4_Word_t *from, uint32_t words)
{
        asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* Items @first to @last, if the thread has *@changed them; else @area keeps what it has. */
static bool read_items(L4_ThreadId_t thread, L4_Word_t *area, unsigned int first, unsigned int last,
                       bool *changed)
{
        L4_Word_t *mr = L4_Utcb();
        unsigned int n = 1, i;

        for (i = first; i <= last; i++, n += 1 + L4_CTRLXFER_FPU_WORDS)
                mr[n] = fpu_item(i, i ? L4_CTRLXFER_ID_FPU0 + i : L4_CTRLXFER_ID_FPUUSED);
        if (!exchange(thread, L4_EXREGS_CTRLXFER_READ))
                return false;
        *changed = mr[1] >> L4_CTRLXFER_MASK_SHIFT;
        for (i = first, n = 1; *changed && i <= last; i++, n += 1 + L4_CTRLXFER_FPU_WORDS)
                copy_words(area + L4_CTRLXFER_FPU_WORDS * i, &mr[n + 1], words_of(i));
        return true;
}

static bool write_items(L4_ThreadId_t thread, const L4_Word_t *area, unsigned int first,
                        unsigned int last)
{
        L4_Word_t *mr = L4_Utcb();
        unsigned int n = 1, i;

        for (i = first; i <= last; i++, n += 1 + L4_CTRLXFER_FPU_WORDS) {
                mr[n] = fpu_item(i, L4_CTRLXFER_ID_FPU0 + i);
                copy_words(&mr[n + 1], area + L4_CTRLXFER_FPU_WORDS * i, words_of(i));
        }
        return exchange(thread, L4_EXREGS_CTRLXFER_WRITE);
}

bool xfer_read_fpu(L4_ThreadId_t thread, void *area)
{
        bool changed;

        return read_items(thread, area, 0, FULL_ITEMS - 1, &changed) &&
               (!changed || read_items(thread, area, FULL_ITEMS, FULL_ITEMS, &changed));
}

bool xfer_write_fpu(L4_ThreadId_t thread, const void *area)
{
        return write_items(thread, area, 0, FULL_ITEMS - 1) &&
               write_items(thread, area, FULL_ITEMS, FULL_ITEMS);
}
