/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of the L4 X.2 binary interface on IA-32 that the kernel uses:
 * L4 X.2 reference manual, and its appendix for IA-32.
 */
#ifndef L4K_ABI_H
#define L4K_ABI_H

#include "types.h"

/* Thread ids (manual 2.1): number in bits 14 to 31, version in 0 to 13. */
#define ID_NIL       0u
#define ID_ANY       0xFFFFFFFFu
#define ID_ANYLOCAL  0xFFFFFFC0u
#define THREAD_BITS  17
#define THREAD_COUNT (1u << THREAD_BITS)
#define ID_NUMBERS   (1u << 18) /* what an id could say */
#define IRQ_COUNT    16u
#define SYSTEM_BASE  IRQ_COUNT
#define USER_BASE    (SYSTEM_BASE + 32)

static inline u32 id_number(u32 id)
{
        return id >> 14;
}

static inline u32 id_make(u32 number, u32 version)
{
        return number << 14 | version;
}

static inline bool id_is_local(u32 id)
{
        return (id & 0x3f) == 0;
}

/* The UTCB, in words from the local id (manual, IA-32 appendix). */
enum utcb_word {
        UTCB_BR0 = -16, /* buffer register i lies at UTCB_BR0 - i */
        UTCB_GLOBAL_ID = -15,
        UTCB_PROCESSOR = -14,
        UTCB_HANDLE = -13,
        UTCB_PAGER = -12,
        UTCB_EXC_HANDLER = -11,
        UTCB_FLAGS = -10, /* byte 0: preemption flags, byte 1: coprocessor flags */
        UTCB_ERROR = -9,
        UTCB_XFER_TIMEOUTS = -8,
        UTCB_INTENDED = -7,
        UTCB_SENDER = -6,
        UTCB_MR0 = 0,
};

#define UTCB_SIZE   512u
#define UTCB_OFFSET 256u /* from the start of the block to the local id */
#define MR_COUNT    64u
#define BR_COUNT    33u

#define PREEMPT_SIGNAL  BIT(5)
#define PREEMPT_DELAY   BIT(6)
#define PREEMPT_PENDING BIT(7)

/* Message tag (manual 5.1). */
#define TAG_UNTYPED(t)  ((t)&63)
#define TAG_TYPED(t)    ((t) >> 6 & 63)
#define TAG_TYPED_SHIFT 6
#define TAG_PROPAGATED  BIT(12)
#define TAG_REDIRECTED  BIT(13)
#define TAG_CROSS_CPU   BIT(14)
#define TAG_ERROR       BIT(15)
#define TAG_COUNTS      0xFFFu
#define TAG_FLAGS       0xF000u
#define TAG_LABEL(n)    ((u32)(n) << 16)

/* Labels of kernel messages (manual 7): -n << 4 or'ed with low bits. */
#define LABEL(n, low)    TAG_LABEL(((u32)(-(n)) << 4 | (low)) & 0xFFFF)
#define LABEL_INTERRUPT  1
#define LABEL_PAGEFAULT  2
#define LABEL_PREEMPTION 3
#define LABEL_EXCEPTION  5
#define LABEL_IO_FAULT   8

#define EXCEPTION_WORDS 12 /* of an exception message and its reply (IA-32 appendix) */

/* Typed items (manual 5.2 to 5.4). */
#define ITEM_MORE         BIT(0)
#define ITEM_TYPE(w)      ((w)&0xE)
#define ITEM_IS_STRING(w) (((w)&8) == 0)
#define ITEM_MAP          0x8u
#define ITEM_GRANT        0xAu
#define ITEM_CTRLXFER     0xCu
#define STRING_LEN(w)     ((w) >> 10)
#define STRING_SUBS(w)    (((w) >> 4 & 31) + 1)
#define STRING_COMPOUND   BIT(9)

/* BR0, the acceptor (manual 5.7). */
#define ACCEPT_STRINGS  BIT(0)
#define ACCEPT_CTRLXFER BIT(1)
#define ACCEPT_WINDOW   0xFFFFFFF0u

/* IPC error codes (manual 5.6): phase in bit 0, kind in bits 1 to 3. */
enum ipc_error {
        IPC_OK = 0,
        IPC_TIMEOUT = 1 << 1,
        IPC_NON_EXISTING = 2 << 1,
        IPC_CANCELLED = 3 << 1,
        IPC_OVERFLOW = 4 << 1,
        IPC_XFER_TIMEOUT_MINE = 5 << 1,
        IPC_XFER_TIMEOUT_PARTNER = 6 << 1,
        IPC_ABORTED = 7 << 1,
        IPC_RECEIVE_PHASE = 1,
};

/* Error codes of the other calls (manual 1.2). */
enum call_error {
        ERR_NO_PRIVILEGE = 1,
        ERR_INVALID_THREAD = 2,
        ERR_INVALID_SPACE = 3,
        ERR_INVALID_SCHEDULER = 4,
        ERR_INVALID_PARAM = 5,
        ERR_UTCB_AREA = 6,
        ERR_KIP_AREA = 7,
        ERR_NO_MEM = 8,
};

/* ExchangeRegisters control word (manual 2.3). */
#define EXR_HALT       BIT(0)
#define EXR_ABORT_RECV BIT(1)
#define EXR_ABORT_SEND BIT(2)
#define EXR_SP         BIT(3)
#define EXR_IP         BIT(4)
#define EXR_FLAGS      BIT(5)
#define EXR_HANDLE     BIT(6)
#define EXR_PAGER      BIT(7)
#define EXR_HALT_VALID BIT(8)
#define EXR_XFER_CONF  BIT(9)
#define EXR_XFER_READ  BIT(10)
#define EXR_XFER_WRITE BIT(11)

/* Thread states as Schedule returns them (manual 3.4). */
enum thread_result {
        TS_ERROR = 0,
        TS_DEAD = 1,
        TS_INACTIVE = 2,
        TS_RUNNING = 3,
        TS_PENDING_SEND = 4,
        TS_SENDING = 5,
        TS_WAITING = 6,
        TS_RECEIVING = 7,
};

/* Fpages (manual 4.1): rights 0 to 2, log2 size 4 to 9, base 10 to 31. */
#define FPAGE_X        1u
#define FPAGE_W        2u
#define FPAGE_R        4u
#define FPAGE_RIGHTS   7u
#define FPAGE_COMPLETE 0x10u
#define FPAGE_IO_TAG   2u

static inline u32 fpage_log2(u32 f)
{
        u32 s = f >> 4 & 63;

        return s == 1 ? 32 : s;
}

static inline u32 fpage_base(u32 f)
{
        u32 log2 = fpage_log2(f);

        return log2 >= 32 ? 0 : f & ~0x3FFu & ~((1u << log2) - 1);
}

static inline bool fpage_is_nil(u32 f)
{
        return (f & ~0xFu) == 0;
}

static inline bool fpage_is_io(u32 f)
{
        return (f >> 4 & 63) == FPAGE_IO_TAG;
}

static inline u32 fpage_make(u32 base, u32 log2, u32 rights)
{
        return base | log2 << 4 | rights;
}

#endif
