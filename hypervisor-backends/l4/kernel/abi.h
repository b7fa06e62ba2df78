/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The L4 X.2 binary interface as the kernel sees it.  Its numbers are those of the
 * public header, l4/abi.h, which has them for users; here they get short names
 * and the types and helpers kernel code wants.
 */
#ifndef L4K_ABI_H
#define L4K_ABI_H

#include "types.h"
#include "../include/l4/abi.h"

/* Thread ids (manual 2.1): number in bits 14 to 31, version in 0 to 13. */
#define ID_NIL       ((u32)L4_NILTHREAD)
#define ID_ANY       L4_ANYTHREAD
#define ID_ANYLOCAL  L4_ANYLOCALTHREAD
#define THREAD_BITS  L4_THREAD_BITS
#define THREAD_COUNT (1u << THREAD_BITS)
#define ID_NUMBERS   (1u << (32 - L4_TID_NO_SHIFT)) /* what an id could say */
#define IRQ_COUNT    ((u32)L4_SYSTEM_BASE)
#define SYSTEM_BASE  IRQ_COUNT
#define USER_BASE    ((u32)L4_USER_BASE)

static inline u32 id_number(u32 id)
{
        return id >> L4_TID_NO_SHIFT;
}

static inline u32 id_make(u32 number, u32 version)
{
        return number << L4_TID_NO_SHIFT | version;
}

static inline bool id_is_local(u32 id)
{
        return (id & L4_TID_LOCAL_MASK) == 0;
}

/* The UTCB, in words from the local id (manual, IA-32 appendix). */
enum utcb_word {
        UTCB_BR0 = L4_UTCB_BR0 / 4, /* buffer register i lies at UTCB_BR0 - i */
        UTCB_GLOBAL_ID = L4_UTCB_GLOBALID / 4,
        UTCB_PROCESSOR = L4_UTCB_PROCESSOR / 4,
        UTCB_HANDLE = L4_UTCB_USERHANDLE / 4,
        UTCB_PAGER = L4_UTCB_PAGER / 4,
        UTCB_EXC_HANDLER = L4_UTCB_EXCHANDLER / 4,
        UTCB_FLAGS = L4_UTCB_PREEMPTFLAGS / 4, /* byte 0: preemption, byte 1: coprocessors */
        UTCB_ERROR = L4_UTCB_ERRORCODE / 4,
        UTCB_XFER_TIMEOUTS = L4_UTCB_XFERTIMEOUTS / 4,
        UTCB_INTENDED = L4_UTCB_INTENDED / 4,
        UTCB_SENDER = L4_UTCB_SENDER / 4,
        UTCB_MR0 = L4_UTCB_MR0 / 4,
};

#define UTCB_SIZE   ((u32)L4_UTCB_SIZE)
#define UTCB_OFFSET ((u32)L4_UTCB_LOCALID) /* from the start of the block to the local id */
#define MR_COUNT    ((u32)L4_NUM_MRS)
#define BR_COUNT    ((u32)L4_NUM_BRS)

#define PREEMPT_SIGNAL  ((u32)L4_PREEMPT_SIGNAL)
#define PREEMPT_DELAY   ((u32)L4_PREEMPT_DELAY)
#define PREEMPT_PENDING ((u32)L4_PREEMPT_PENDING)

/* Message tag (manual 5.1). */
#define TAG_UNTYPED(t)  ((t)&L4_TAG_UNTYPED_MASK)
#define TAG_TYPED(t)    (((t)&L4_TAG_TYPED_MASK) >> L4_TAG_TYPED_SHIFT)
#define TAG_TYPED_SHIFT L4_TAG_TYPED_SHIFT
#define TAG_PROPAGATED  ((u32)L4_TAG_PROPAGATED)
#define TAG_ERROR       ((u32)L4_TAG_ERROR)
#define TAG_COUNTS      ((u32)(L4_TAG_UNTYPED_MASK | L4_TAG_TYPED_MASK))
#define TAG_FLAGS       ((u32)L4_TAG_FLAGS_MASK)

/* The tag of a kernel message (manual 7): protocol n with low bits, no counts. */
#define LABEL(n, low)    ((u32)(L4_PROTO(n) | (low)) << L4_TAG_LABEL_SHIFT)
#define LABEL_INTERRUPT  1
#define LABEL_PAGEFAULT  L4_FAULT_PAGEFAULT
#define LABEL_PREEMPTION L4_FAULT_PREEMPTION
#define LABEL_EXCEPTION  L4_FAULT_EXCEPTION
#define LABEL_IO_FAULT   8

#define EXCEPTION_WORDS L4_EXC_WORDS /* of an exception message and its reply */

/* Typed items (manual 5.2 to 5.4). */
#define ITEM_MORE         ((u32)L4_ITEM_CONTINUED)
#define ITEM_TYPE(w)      ((w)&L4_ITEM_TYPE_MASK)
#define ITEM_IS_STRING(w) (((w)&L4_ITEM_STRING_BIT) == 0)
#define ITEM_MAP          ((u32)L4_ITEM_MAP)
#define ITEM_GRANT        ((u32)L4_ITEM_GRANT)
#define ITEM_CTRLXFER     ((u32)L4_ITEM_CTRLXFER)
#define STRING_LEN(w)     ((w) >> L4_STRING_LEN_SHIFT)
#define STRING_SUBS(w)    ((((w)&L4_STRING_SUBS_MASK) >> L4_STRING_SUBS_SHIFT) + 1)
#define STRING_COMPOUND   ((u32)L4_STRING_COMPOUND)

/* BR0, the acceptor (manual 5.7). */
#define ACCEPT_STRINGS  ((u32)L4_ACCEPT_STRINGS)
#define ACCEPT_CTRLXFER ((u32)L4_ACCEPT_CTRLXFER)
#define ACCEPT_WINDOW   L4_ACCEPT_WINDOW_MASK

/* IPC error codes (manual 5.6): phase in bit 0, kind in bits 1 to 3. */
enum ipc_error {
        IPC_OK = 0,
        IPC_TIMEOUT = L4_IPCERR_TIMEOUT << L4_IPCERR_CODE_SHIFT,
        IPC_NON_EXISTING = L4_IPCERR_NONEXIST << L4_IPCERR_CODE_SHIFT,
        IPC_CANCELLED = L4_IPCERR_CANCELED << L4_IPCERR_CODE_SHIFT,
        IPC_OVERFLOW = L4_IPCERR_OVERFLOW << L4_IPCERR_CODE_SHIFT,
        IPC_XFER_TIMEOUT_MINE = L4_IPCERR_XFER_MINE << L4_IPCERR_CODE_SHIFT,
        IPC_XFER_TIMEOUT_PARTNER = L4_IPCERR_XFER_PARTNER << L4_IPCERR_CODE_SHIFT,
        IPC_ABORTED = L4_IPCERR_ABORTED << L4_IPCERR_CODE_SHIFT,
        IPC_RECEIVE_PHASE = L4_IPCERR_PHASE_RCV,
};

/* Error codes of the other calls (manual 1.2). */
enum call_error {
        ERR_NO_PRIVILEGE = L4_ERROR_NOPRIVILEGE,
        ERR_INVALID_THREAD = L4_ERROR_THREAD,
        ERR_INVALID_SPACE = L4_ERROR_SPACE,
        ERR_INVALID_SCHEDULER = L4_ERROR_SCHEDULER,
        ERR_INVALID_PARAM = L4_ERROR_PARAM,
        ERR_UTCB_AREA = L4_ERROR_UTCBAREA,
        ERR_KIP_AREA = L4_ERROR_KIPAREA,
        ERR_NO_MEM = L4_ERROR_NOMEM,
};

/* ExchangeRegisters control word (manual 2.3). */
#define EXR_HALT       L4_EXREGS_HALT
#define EXR_ABORT_RECV L4_EXREGS_ABORT_RCV
#define EXR_ABORT_SEND L4_EXREGS_ABORT_SND
#define EXR_SP         L4_EXREGS_SP
#define EXR_IP         L4_EXREGS_IP
#define EXR_FLAGS      L4_EXREGS_FLAGS
#define EXR_HANDLE     L4_EXREGS_USERHANDLE
#define EXR_PAGER      L4_EXREGS_PAGER
#define EXR_HALT_VALID L4_EXREGS_HALTFLAG
#define EXR_XFER_CONF  L4_EXREGS_CTRLXFER_CONF
#define EXR_XFER_READ  L4_EXREGS_CTRLXFER_READ
#define EXR_XFER_WRITE L4_EXREGS_CTRLXFER_WRITE

/* Thread states as Schedule returns them (manual 3.4). */
enum thread_result {
        TS_ERROR = L4_STATE_ERROR,
        TS_DEAD = L4_STATE_DEAD,
        TS_INACTIVE = L4_STATE_INACTIVE,
        TS_RUNNING = L4_STATE_RUNNING,
        TS_PENDING_SEND = L4_STATE_PENDING_SEND,
        TS_SENDING = L4_STATE_SENDING,
        TS_WAITING = L4_STATE_WAITING,
        TS_RECEIVING = L4_STATE_RECEIVING,
};

/* Fpages (manual 4.1): rights 0 to 2, log2 size 4 to 9, base 10 to 31. */
#define FPAGE_X        ((u32)L4_FPAGE_X)
#define FPAGE_W        ((u32)L4_FPAGE_W)
#define FPAGE_R        ((u32)L4_FPAGE_R)
#define FPAGE_RIGHTS   ((u32)L4_FPAGE_RWX)
#define FPAGE_COMPLETE ((u32)L4_COMPLETE_SPACE)
#define FPAGE_IO_TAG   ((u32)L4_FPAGE_SIZE_IO)

static inline u32 fpage_log2(u32 f)
{
        u32 s = (f & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT;

        return s == L4_FPAGE_SIZE_COMPLETE ? 32 : s;
}

static inline u32 fpage_base(u32 f)
{
        u32 log2 = fpage_log2(f);

        return log2 >= 32 ? 0 : f & L4_FPAGE_BASE_MASK & ~((1u << log2) - 1);
}

static inline bool fpage_is_nil(u32 f)
{
        return (f & ~0xFu) == 0;
}

static inline bool fpage_is_io(u32 f)
{
        return (f & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT == FPAGE_IO_TAG;
}

static inline u32 fpage_make(u32 base, u32 log2, u32 rights)
{
        return base | log2 << L4_FPAGE_SIZE_SHIFT | rights;
}

#endif
