/* SPDX-License-Identifier: BSD-2-Clause */
/* Ipc that fails: timeouts, partners that are not there, cancel and abort [5.6]. */
#include "check.h"

static void idle(void)
{
        L4_Sleep(L4_Never);
}

/* Send to main for ever; report the outcome. */
static void send_for_ever(void)
{
        L4_MsgTag_t tag;

        L4_Set_MsgTag(L4_Tag(1, 0, 0));
        shared[0] = 0;
        shared[3] = 0;
        tag = L4_Send(self);
        shared[1] = tag.raw;
        shared[2] = L4_ErrorCode();
        shared[0] = 1;
        shared[3] = L4_StoreMR(0);
}

static void receive_for_ever(void)
{
        L4_MsgTag_t tag;

        shared[0] = 0;
        tag = L4_Receive(self);
        shared[1] = tag.raw;
        shared[2] = L4_ErrorCode();
        shared[0] = 1;
}

static uint64_t elapsed(L4_Time_t t, int absolute_send, L4_ThreadId_t partner)
{
        L4_Clock_t start = L4_SystemClock();

        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (absolute_send)
                L4_Send_Timeout(partner, t);
        else
                L4_Receive_Timeout(partner, t);
        return L4_SystemClock() - start;
}

static void timeouts(void)
{
        L4_ThreadId_t t = task_space(idle);
        L4_MsgTag_t tag;
        uint64_t us;

        L4_Sleep(BRIEFLY);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Send_Timeout(t, L4_ZeroTime);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 0), "5.6",
              "ipc errors: zero send timeout to a thread that does not wait");
        tag = L4_Send_Timeout(t, MS(20));
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 0), "5.6", "ipc errors: send timeout");
        tag = L4_Receive_Timeout(t, L4_ZeroTime);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "5.6", "ipc errors: zero receive timeout");
        tag = L4_Receive_Timeout(t, MS(20));
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "5.6", "ipc errors: receive timeout");
        tag = L4_Wait_Timeout(L4_ZeroTime, NULL);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "5.6", "ipc errors: zero timeout, open wait");
        us = elapsed(MS(40), 0, t);
        check(us >= 38000, "3.1", "ipc errors: a receive timeout is not early");
        check(us < 120000, "3.1", "ipc errors: a receive timeout is not late");
        us = elapsed(MS(40), 1, t);
        check(us >= 38000 && us < 120000, "3.1", "ipc errors: a send timeout is neither");
        us = elapsed(L4_TimePeriod(3), 0, t);
        check(us < 60000, "3.1", "ipc errors: a timeout of 3 us ends");
        us = elapsed(L4_ZeroTime, 0, t);
        check(us < 20000, "3.1", "ipc errors: a zero timeout does not wait");
        tag = L4_Call_Timeouts(t, L4_ZeroTime, L4_Never);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 0), "5.6",
              "ipc errors: a call whose send fails does not receive");
        task_delete_all();
}

static void nobody_there(void)
{
        L4_ThreadId_t gone = task_space(idle), wrong;
        L4_MsgTag_t tag;

        wrong = L4_GlobalId(L4_ThreadNo(gone), L4_Version(gone) + 1);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Send_Timeout(wrong, BRIEFLY);
        check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6",
              "ipc errors: send to another version of a thread");
        tag = L4_Receive_Timeout(wrong, BRIEFLY);
        check(failed_with(tag, L4_IPCERR_NONEXIST, 1), "5.6",
              "ipc errors: receive from another version of a thread");
        task_delete(gone);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Send_Timeout(gone, BRIEFLY);
        check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6",
              "ipc errors: send to a deleted thread");
        tag = L4_Receive_Timeout(gone, BRIEFLY);
        check(failed_with(tag, L4_IPCERR_NONEXIST, 1), "5.6",
              "ipc errors: receive from a deleted thread");
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Send_Timeout(L4_GlobalId((1u << L4_ThreadIdBits()) - 5, 1), BRIEFLY);
        check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6",
              "ipc errors: send to a number never used");
        if (!check_fatal("5.6", "ipc errors: send to a local id of no thread")) {
                tag = L4_Send_Timeout(
                    (L4_ThreadId_t){L4_ROOT_UTCB_BASE + 200 * L4_UTCB_SIZE + L4_UTCB_LOCALID},
                    BRIEFLY);
                check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6",
                      "ipc errors: send to a local id of no thread");
        }
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        if (!check_fatal("5.6", "ipc errors: send to oneself")) {
                tag = L4_Send_Timeout(self, BRIEFLY);
                check(L4_IpcFailed(tag) && !ipc_error_in_receive(), "5.6",
                      "ipc errors: send to oneself");
        }
        tag = L4_Send_Timeout(L4_anythread, BRIEFLY);
        check(L4_IpcFailed(tag) && !ipc_error_in_receive(), "5.6", "ipc errors: send to anythread");
        task_delete_all();
}

static void partner_goes_away(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, send_for_ever);

        /* The kernel ends a pending IPC with a thread that is deleted. */
        L4_Sleep(BRIEFLY);
        check(shared[0] == 0, "5.6", "ipc errors: a send without timeout waits");
        L4_AbortIpc(t);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1 && (shared[1] & L4_TAG_ERROR), "2.3",
              "ipc errors: abort ends a send that waits");
        check((shared[2] & 0xE) == L4_IPCERR_CANCELED << 1, "2.3",
              "ipc errors: its code is cancelled");
        check((shared[2] & 1) == 0, "2.3", "ipc errors: in the send phase");
        task_delete_all();

        t = task_thread(L4_nilthread, receive_for_ever);
        L4_Sleep(BRIEFLY);
        L4_AbortIpc(t);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1 && (shared[1] & L4_TAG_ERROR), "2.3",
              "ipc errors: abort ends a receive that waits");
        check((shared[2] & 0xE) == L4_IPCERR_CANCELED << 1 && (shared[2] & 1), "2.3",
              "ipc errors: its code is cancelled in the receive phase");
        task_delete_all();

        t = task_thread(L4_nilthread, send_for_ever);
        L4_Sleep(BRIEFLY);
        {
                struct L4_ExRegs r = {.control = L4_EXREGS_ABORT_RCV};

                L4_ExchangeRegisters(t, &r);
        }
        L4_Sleep(BRIEFLY);
        check(shared[0] == 0, "2.3", "ipc errors: abort of a receive leaves a send alone");
        check(L4_IpcSucceeded(L4_Receive_Timeout(t, PATIENCE)), "2.3",
              "ipc errors: which then goes through");
        task_delete_all();
}

static L4_ThreadId_t victim;

static void send_to_victim(void)
{
        L4_MsgTag_t tag;

        L4_Set_MsgTag(L4_Tag(1, 0, 0));
        shared[0] = 0;
        tag = L4_Send(victim);
        shared[1] = tag.raw;
        shared[2] = L4_ErrorCode();
        shared[0] = 1;
}

static void receive_from_victim(void)
{
        L4_MsgTag_t tag;

        shared[0] = 0;
        tag = L4_Receive(victim);
        shared[1] = tag.raw;
        shared[2] = L4_ErrorCode();
        shared[0] = 1;
}

static void partner_is_deleted(void)
{
        if (check_fatal("5.6", "ipc errors: deleting the receiver ends a pending send"))
                return;
        victim = task_space(idle);
        L4_Sleep(BRIEFLY);
        task_space(send_to_victim);
        L4_Sleep(BRIEFLY);
        task_delete(victim);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1 && (shared[1] & L4_TAG_ERROR) && (shared[2] & 1) == 0, "5.6",
              "ipc errors: deleting the receiver ends a pending send");
        task_delete_all();

        if (check_fatal("5.6", "ipc errors: deleting the sender ends a closed receive"))
                return;
        victim = task_space(idle);
        L4_Sleep(BRIEFLY);
        task_space(receive_from_victim);
        L4_Sleep(BRIEFLY);
        task_delete(victim);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1 && (shared[1] & L4_TAG_ERROR) && (shared[2] & 1), "5.6",
              "ipc errors: deleting the sender ends a closed receive");
        task_delete_all();
}

void area_ipc_errors(void)
{
        timeouts();
        nobody_there();
        partner_goes_away();
        partner_is_deleted();
}
