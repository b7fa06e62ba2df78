/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state in messages: control transfer items (thesis 3.2, 4.1) to and from
 * the structures of the backend interface.  What both layouts of the extended backend use.
 *
 * @mr is the caller's message registers, L4_Utcb(), and @n the one an item begins at.
 */
#ifndef L4X_TRANSFER_H
#define L4X_TRANSFER_H

#include <afterburn/backend.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
        XFER_FRAME_WORDS = 1 + L4_CTRLXFER_GP_REGS, /* an item of all general registers */
        XFER_STATE_MR = 3, /* where it is in a message about a fault, exception or preemption */
        XFER_USER_FLAGS = L4_EFLAGS_SETTABLE | L4_EFLAGS_RF,
        XFER_FIXED_FLAGS = 0x202
};

/* The item at @n holds all general registers. */
static inline bool xfer_is_frame(const L4_Word_t *mr, unsigned int n)
{
        return (mr[n] & ~(L4_Word_t)L4_ITEM_CONTINUED) == L4_CTRLXFER_GP_ITEM;
}

/* The message @tag is about a fault, exception or preemption and carries them. */
static inline bool xfer_has_state(const L4_Word_t *mr, L4_MsgTag_t tag)
{
        return L4_UntypedWords(tag) == XFER_STATE_MR - 1 &&
               L4_TypedWords(tag) >= XFER_FRAME_WORDS && xfer_is_frame(mr, XFER_STATE_MR);
}

/*
 * The message says no more than that @int n was executed, n from 32 on: of the lower ones
 * some have instructions of their own (l4vm_classify).  *@vector is n.
 */
static inline bool xfer_is_call(const L4_Word_t *mr, uint32_t *vector)
{
        enum { PROTECTION = 13, FIRST = 32, ERROR = FIRST * 8 + 2, VECTORS = 0xff << 3 };

        *vector = mr[2] >> 3;
        return mr[0] == L4_Tag(L4_LABEL_EXCEPTION, XFER_STATE_MR - 1, XFER_FRAME_WORDS).raw &&
               mr[1] == PROTECTION && !((mr[2] - ERROR) & ~(L4_Word_t)VECTORS) &&
               mr[XFER_STATE_MR] == L4_CTRLXFER_GP_ITEM;
}

/* The item's words are eip, eflags, and then the registers in the order of pushal. */
static inline void xfer_get_frame(const L4_Word_t *mr, unsigned int n, struct ab_frame *frame)
{
        frame->eip = mr[n + 1];
        frame->eflags = (mr[n + 2] & XFER_USER_FLAGS) | XFER_FIXED_FLAGS;
        frame->edi = mr[n + 3];
        frame->esi = mr[n + 4];
        frame->ebp = mr[n + 5];
        frame->esp = mr[n + 6];
        frame->ebx = mr[n + 7];
        frame->edx = mr[n + 8];
        frame->ecx = mr[n + 9];
        frame->eax = mr[n + 10];
}

/* Write the item for @frame at @n; returns where the next one begins. */
static inline unsigned int xfer_put_frame(L4_Word_t *mr, unsigned int n,
                                          const struct ab_frame *frame)
{
        mr[n] = L4_CTRLXFER_GP_ITEM;
        mr[n + 1] = frame->eip;
        mr[n + 2] = frame->eflags;
        mr[n + 3] = frame->edi;
        mr[n + 4] = frame->esi;
        mr[n + 5] = frame->ebp;
        mr[n + 6] = frame->esp;
        mr[n + 7] = frame->ebx;
        mr[n + 8] = frame->edx;
        mr[n + 9] = frame->ecx;
        mr[n + 10] = frame->eax;
        return n + XFER_FRAME_WORDS;
}

/* An item that sends a thread to @eip with stack @esp; its other registers stay. */
static inline unsigned int xfer_put_place(L4_Word_t *mr, unsigned int n, uint32_t eip, uint32_t esp)
{
        mr[n] =
            L4_CtrlXferWord(L4_CTRLXFER_ID_GP, 1u << L4_CTRLXFER_GP_EIP | 1u << L4_CTRLXFER_GP_ESP);
        mr[n + 1] = eip;
        mr[n + 2] = esp;
        return n + 3;
}

/* To @eip with plain flags: whatever the thread did, it does not step its handler. */
static inline unsigned int xfer_put_entry(L4_Word_t *mr, unsigned int n, uint32_t eip)
{
        mr[n] = L4_CtrlXferWord(L4_CTRLXFER_ID_GP,
                                1u << L4_CTRLXFER_GP_EIP | 1u << L4_CTRLXFER_GP_EFLAGS);
        mr[n + 1] = eip;
        mr[n + 2] = XFER_FIXED_FLAGS;
        return n + 3;
}

/* GS and FS, as L4 has them; and what of a message's they tell of thread-local segments. */
static inline unsigned int xfer_put_selectors(L4_Word_t *mr, unsigned int n, uint32_t gs,
                                              uint32_t fs)
{
        mr[n] = L4_CtrlXferWord(L4_CTRLXFER_ID_SEG,
                                1u << L4_CTRLXFER_SEG_GS | 1u << L4_CTRLXFER_SEG_FS);
        mr[n + 1] = gs;
        mr[n + 2] = fs;
        return n + 3;
}

static inline uint32_t xfer_local_selector(uint32_t selector)
{
        return (selector & 7) == 3 && (selector >> 3) - L4_TLS_GDT_FIRST < L4_TLS_GDT_COUNT
                   ? selector
                   : 0;
}

static inline void xfer_get_selectors(const L4_Word_t *mr, unsigned int n,
                                      struct ab_selectors *selectors)
{
        if ((mr[n] & L4_CTRLXFER_ID_MASK) != L4_CTRLXFER_ID_SEG << L4_CTRLXFER_ID_SHIFT)
                return;
        selectors->gs = xfer_local_selector(mr[n + 1]);
        selectors->fs = xfer_local_selector(mr[n + 2]);
}

/*
 * The calls below use ExchangeRegisters and the message registers.  The thread has to be in a
 * state that accepts items: it waits for the answer to a message of the kernel's, or its
 * acceptor says so (L4_ACCEPT_CTRLXFER).  False: it does not, or is gone.
 */

/*
 * Page faults, exceptions and preemptions of @thread carry @what from now on: bits of
 * L4_FAULTCONF_*, of which L4_FAULTCONF_GP comes first in a message.
 */
bool xfer_configure(L4_ThreadId_t thread, L4_Word_t what);

bool xfer_read_frame(L4_ThreadId_t thread, struct ab_frame *frame);

/*
 * Floating-point registers: the first 288 bytes of @area, as fxsave writes them.  What is read
 * into @area must hold what was last read from or written to the thread: it stays, if the thread
 * has not used the unit since.
 */
bool xfer_read_fpu(L4_ThreadId_t thread, void *area);
bool xfer_write_fpu(L4_ThreadId_t thread, const void *area);

#endif
