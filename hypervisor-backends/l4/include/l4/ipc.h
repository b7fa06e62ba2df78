/* SPDX-License-Identifier: BSD-2-Clause */
/* Ipc and Lipc [5.6] and the calls made from them. */
#ifndef L4_IPC_H
#define L4_IPC_H

#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>

/*
 * One entry of the Ipc or Lipc stub.  The stub takes ESI as MR0 and EDI as the
 * UTCB, gives back sender, MR0, MR1, MR2 in EAX, ESI, EBX, EBP and destroys
 * everything else but ESP.  EBP may be the compiler's frame pointer, so it is
 * saved here by hand; MR1 and MR2 are written to the UTCB, where StoreMR looks.
 */
L4_INLINE L4_MsgTag_t L4_IpcEntry(L4_Word_t entry, L4_ThreadId_t to, L4_ThreadId_t from_spec,
                                  L4_Word_t timeouts, L4_ThreadId_t *from)
{
        L4_Word_t *utcb = L4_Utcb();
        L4_Word_t mr0 = utcb[0];

        __asm__ volatile("pushl %%ebp\n\t"
                         "calll *%%ebx\n\t"
                         "movl %%ebx, 4(%%edi)\n\t"
                         "movl %%ebp, 8(%%edi)\n\t"
                         "popl %%ebp"
                         : "+a"(to.raw), "+d"(from_spec.raw), "+c"(timeouts), "+S"(mr0), "+D"(utcb),
                           "+b"(entry)
                         :
                         : "memory", "cc");
        utcb[0] = mr0;
        if (from)
                *from = to;
        return (L4_MsgTag_t){mr0};
}

/*
 * Ipc [5.6]: send the message in the MRs to @to (nilthread: no send phase),
 * then receive from @from_spec (nilthread: no receive phase).  @timeouts by
 * L4_Timeouts.  *@from (may be null) receives the sender, whose form inside a
 * space may be local or global.  Returns the tag of the message received; with
 * L4_IpcFailed(tag), L4_ErrorCode() has phase and code (L4_IPCERR_*).
 */
L4_INLINE L4_MsgTag_t L4_Ipc(L4_ThreadId_t to, L4_ThreadId_t from_spec, L4_Word_t timeouts,
                             L4_ThreadId_t *from)
{
        return L4_IpcEntry(L4_syscalls.ipc, to, from_spec, timeouts, from);
}

/* Lipc [5.6]: the same, for threads of one space, given by local id. */
L4_INLINE L4_MsgTag_t L4_Lipc(L4_ThreadId_t to, L4_ThreadId_t from_spec, L4_Word_t timeouts,
                              L4_ThreadId_t *from)
{
        return L4_IpcEntry(L4_syscalls.lipc, to, from_spec, timeouts, from);
}

/* Send to @to and wait for its answer, for ever. */
L4_INLINE L4_MsgTag_t L4_Call(L4_ThreadId_t to)
{
        return L4_Ipc(to, to, L4_Timeouts(L4_Never, L4_Never), NULL);
}

/* The same with a time limit for each phase. */
L4_INLINE L4_MsgTag_t L4_Call_Timeouts(L4_ThreadId_t to, L4_Time_t snd, L4_Time_t rcv)
{
        return L4_Ipc(to, to, L4_Timeouts(snd, rcv), NULL);
}

L4_INLINE L4_MsgTag_t L4_Send_Timeout(L4_ThreadId_t to, L4_Time_t snd)
{
        return L4_Ipc(to, L4_nilthread, L4_Timeouts(snd, L4_Never), NULL);
}

L4_INLINE L4_MsgTag_t L4_Send(L4_ThreadId_t to)
{
        return L4_Send_Timeout(to, L4_Never);
}

/* Send only if the receiver is waiting now. */
L4_INLINE L4_MsgTag_t L4_Reply(L4_ThreadId_t to)
{
        return L4_Send_Timeout(to, L4_ZeroTime);
}

L4_INLINE L4_MsgTag_t L4_Receive_Timeout(L4_ThreadId_t from, L4_Time_t rcv)
{
        return L4_Ipc(L4_nilthread, from, L4_Timeouts(L4_Never, rcv), NULL);
}

L4_INLINE L4_MsgTag_t L4_Receive(L4_ThreadId_t from)
{
        return L4_Receive_Timeout(from, L4_Never);
}

L4_INLINE L4_MsgTag_t L4_Wait_Timeout(L4_Time_t rcv, L4_ThreadId_t *from)
{
        return L4_Ipc(L4_nilthread, L4_anythread, L4_Timeouts(L4_Never, rcv), from);
}

L4_INLINE L4_MsgTag_t L4_Wait(L4_ThreadId_t *from)
{
        return L4_Wait_Timeout(L4_Never, from);
}

/* Answer @to if it is waiting, then wait for anybody: the server's call. */
L4_INLINE L4_MsgTag_t L4_ReplyWait(L4_ThreadId_t to, L4_ThreadId_t *from)
{
        return L4_Ipc(to, L4_anythread, L4_Timeouts(L4_ZeroTime, L4_Never), from);
}

/* Do nothing for at least @t. */
L4_INLINE void L4_Sleep(L4_Time_t t)
{
        L4_Receive_Timeout(L4_MyLocalId(), t);
}

#endif /* L4_IPC_H */
