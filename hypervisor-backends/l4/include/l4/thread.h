/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread ids, the UTCB, and the calls that create and control threads
 * [2.1 to 2.6, B].
 */
#ifndef L4_THREAD_H
#define L4_THREAD_H

#include <l4/types.h>
#include <l4/kip.h>

/* --- ids [2.1] ------------------------------------------------------------- */

/* The global id of thread number @no, version @version (low 6 bits not zero). */
L4_INLINE L4_ThreadId_t L4_GlobalId(L4_Word_t no, L4_Word_t version)
{
        return (L4_ThreadId_t){no << L4_TID_NO_SHIFT | (version & L4_TID_VERSION_MASK)};
}

L4_INLINE L4_Word_t L4_ThreadNo(L4_ThreadId_t t)
{
        return t.raw >> L4_TID_NO_SHIFT;
}

L4_INLINE L4_Word_t L4_Version(L4_ThreadId_t t)
{
        return t.raw & L4_TID_VERSION_MASK;
}

L4_INLINE int L4_IsThreadEqual(L4_ThreadId_t a, L4_ThreadId_t b)
{
        return a.raw == b.raw;
}

L4_INLINE int L4_IsNilThread(L4_ThreadId_t t)
{
        return t.raw == L4_NILTHREAD;
}

/* True for local ids; nilthread and anylocalthread count as local [2.1]. */
L4_INLINE int L4_IsLocalId(L4_ThreadId_t t)
{
        return (t.raw & L4_TID_LOCAL_MASK) == 0;
}

L4_INLINE int L4_IsGlobalId(L4_ThreadId_t t)
{
        return (t.raw & L4_TID_LOCAL_MASK) != 0;
}

/* --- the caller's UTCB [B] ------------------------------------------------- */

/* The caller's local id: the address of its MR0. */
L4_INLINE L4_Word_t *L4_Utcb(void)
{
        L4_Word_t *utcb;

        __asm__ volatile("movl %%gs:0, %0" : "=r"(utcb));
        return utcb;
}

L4_INLINE L4_ThreadId_t L4_MyLocalId(void)
{
        return (L4_ThreadId_t){(L4_Word_t)L4_Utcb()};
}

/* The word at byte offset @ofs from the local id of any thread of this space. */
L4_INLINE volatile L4_Word_t *L4_UtcbWord(L4_ThreadId_t local, int ofs)
{
        return (volatile L4_Word_t *)(local.raw + ofs);
}

L4_INLINE volatile L4_Word_t *L4_MyWord(int ofs)
{
        return L4_UtcbWord(L4_MyLocalId(), ofs);
}

L4_INLINE L4_ThreadId_t L4_MyGlobalId(void)
{
        return (L4_ThreadId_t){*L4_MyWord(L4_UTCB_GLOBALID)};
}

/* Error code of the last system call that returned 0 [2.3, 2.4, 3.3, 4.3]. */
L4_INLINE L4_Word_t L4_ErrorCode(void)
{
        return *L4_MyWord(L4_UTCB_ERRORCODE);
}

L4_INLINE L4_ThreadId_t L4_Pager(void)
{
        return (L4_ThreadId_t){*L4_MyWord(L4_UTCB_PAGER)};
}

L4_INLINE void L4_Set_Pager(L4_ThreadId_t t)
{
        *L4_MyWord(L4_UTCB_PAGER) = t.raw;
}

L4_INLINE L4_ThreadId_t L4_ExceptionHandler(void)
{
        return (L4_ThreadId_t){*L4_MyWord(L4_UTCB_EXCHANDLER)};
}

L4_INLINE void L4_Set_ExceptionHandler(L4_ThreadId_t t)
{
        *L4_MyWord(L4_UTCB_EXCHANDLER) = t.raw;
}

L4_INLINE void L4_Set_UserDefinedHandle(L4_Word_t handle)
{
        *L4_MyWord(L4_UTCB_USERHANDLE) = handle;
}

L4_INLINE L4_Word_t L4_UserDefinedHandle(void)
{
        return *L4_MyWord(L4_UTCB_USERHANDLE);
}

L4_INLINE L4_ThreadId_t L4_ActualSender(void)
{
        return (L4_ThreadId_t){*L4_MyWord(L4_UTCB_SENDER)};
}

L4_INLINE void L4_Set_VirtualSender(L4_ThreadId_t t)
{
        *L4_MyWord(L4_UTCB_SENDER) = t.raw;
}

L4_INLINE L4_ThreadId_t L4_IntendedReceiver(void)
{
        return (L4_ThreadId_t){*L4_MyWord(L4_UTCB_INTENDED)};
}

/* Timeouts for page faults during string transfers: send 16-31, receive 0-15. */
L4_INLINE void L4_Set_XferTimeouts(L4_Word_t timeouts)
{
        *L4_MyWord(L4_UTCB_XFERTIMEOUTS) = timeouts;
}

/* --- system calls ----------------------------------------------------------- */

/* What ExchangeRegisters takes and gives back; see L4_EXREGS_* for @control. */
struct L4_ExRegs {
        L4_Word_t control, sp, ip, flags, handle;
        L4_ThreadId_t pager;
};

/*
 * Read and change the registers of @dest, in one atomic step [2.3].
 * @r is what to set, selected by r->control, and receives the old values; the
 * control word receives the old state (L4_EXREGS_WAS_*).
 * Returns the id of @dest in the form it was not given in (local for global
 * and the reverse), or nilthread with L4_ERROR_THREAD or L4_ERROR_NOPRIVILEGE.
 * Control transfer items travel in the caller's message registers.
 */
L4_ThreadId_t L4_ExchangeRegisters(L4_ThreadId_t dest, struct L4_ExRegs *r);

/*
 * Create, change or delete a thread [2.4]; privileged.
 * @space: an existing thread of the space, @dest itself for a new space, or
 * nilthread to delete.  @pager nilthread leaves the thread inactive.
 * @utcb: the UTCB's block address, or L4_UTCB_LEAVE.
 * Returns 1, or 0 with L4_ErrorCode(): NOPRIVILEGE, THREAD, SPACE, SCHEDULER,
 * UTCBAREA or NOMEM.
 */
L4_Word_t L4_ThreadControl(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                           L4_ThreadId_t pager, L4_Word_t utcb);

/*
 * The same with a limit [thesis A.3]; needs the feature "limits".  @utcb
 * carries L4_UTCB_LIMIT (and L4_UTCB_PERMIT), or is L4_UTCB_LEAVE_LIMIT.
 * @limit: highest accessible address is 4096 * (limit + 1) - 1, or
 * L4_LIMIT_NONE.
 */
L4_Word_t L4_ThreadControlLimit(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler,
                                L4_ThreadId_t pager, L4_Word_t utcb, L4_Word_t limit);

/* Start an active thread of this space at @ip with stack @sp: returns its other id [2.3]. */
L4_ThreadId_t L4_Start(L4_ThreadId_t dest, L4_Word_t sp, L4_Word_t ip);

/* Stop a thread of this space; returns its old state (L4_EXREGS_WAS_*) [2.3]. */
L4_Word_t L4_Stop(L4_ThreadId_t dest);

/* Cancel whatever IPC a thread of this space is in; returns its old state [2.3]. */
L4_Word_t L4_AbortIpc(L4_ThreadId_t dest);

/* The other form of a thread's id, by ExchangeRegisters; nilthread if there is none. */
L4_ThreadId_t L4_OtherId(L4_ThreadId_t t);

#endif /* L4_THREAD_H */
