/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long faults during a transfer of strings may take: each side says so, the shorter counts
 * [5.6].  Who it ends hears whether that was in its own space or its partner's; where there is a
 * choice, the fault is here in the space of the one whose time it is.
 */
#include "check.h"

enum { NOWHERE = 0x70000000, BYTES = 100, SHORT_US = 20000, LONG_US = 10000000 };

static uint8_t here[4096] __attribute__((aligned(4096)));
static uint8_t cold[4096] __attribute__((aligned(4096)));

/* What the sender, in a space of its own, is to send, and what the receiver allows. */
static L4_Word_t source, buffer, sender_allows, receiver_allows;
static L4_ThreadId_t receiver;

static L4_Word_t allow(L4_Word_t send, L4_Word_t receive)
{
        return send << L4_TIMEOUT_SND_SHIFT | receive << L4_TIMEOUT_RCV_SHIFT;
}

static void send_one(void)
{
        L4_Set_XferTimeouts(sender_allows);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadStringItem(1, (void *)source, BYTES);
        shared[0] = L4_Send_Timeout(receiver, PATIENCE).raw;
        shared[1] = L4_ErrorCode();
        shared[2] = 1;
}

static void receive_one(void)
{
        L4_Set_XferTimeouts(receiver_allows);
        L4_LoadBR(0, L4_ACCEPT_STRINGS);
        L4_LoadStringBuffer(1, (void *)buffer, BYTES, 0);
        shared[3] = L4_Wait_Timeout(PATIENCE, NULL).raw;
        shared[4] = L4_ErrorCode();
        shared[5] = 1;
}

/* Both ran to their end before the longest time; where nothing was to wait, at once. */
static int transfer(L4_Word_t from, L4_Word_t to, L4_Word_t snd, L4_Word_t rcv)
{
        source = from;
        buffer = to;
        sender_allows = snd;
        receiver_allows = rcv;
        shared[2] = shared[5] = 0;
        receiver = task_space(receive_one);
        L4_Sleep(BRIEFLY);
        task_space(send_one);
        for (unsigned int i = 0; i < 20 && !(shared[2] && shared[5]); i++)
                L4_Sleep(BRIEFLY);
        task_delete_all();
        return shared[2] && shared[5];
}

static int ended(L4_Word_t tag, L4_Word_t error, L4_Word_t code)
{
        return (tag & L4_TAG_ERROR) &&
               (error & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT == code;
}

static int ended_with(L4_Word_t sender, L4_Word_t in_receiver)
{
        return ended(shared[0], shared[1], sender) && !(shared[1] & L4_IPCERR_PHASE_RCV) &&
               ended(shared[3], shared[4], in_receiver) && (shared[4] & L4_IPCERR_PHASE_RCV);
}

void area_xfer(void)
{
        const L4_Word_t short_time = L4_TimePeriod(SHORT_US).raw, none = L4_TIME_ZERO;
        const L4_Word_t long_time = L4_TimePeriod(LONG_US).raw, never = L4_TIME_NEVER;
        L4_Word_t faults;
        int both;

        both = transfer(NOWHERE, (L4_Word_t)here, allow(short_time, never), allow(never, never));
        check(both && ended_with(L4_IPCERR_XFER_MINE, L4_IPCERR_XFER_PARTNER), "5.6",
              "string time-outs: a fault of the sender's lasts no longer than it allows");
        check(task_bad_fault == NOWHERE, "5.6", "string time-outs: its pager had been asked");
        both = transfer((L4_Word_t)here, NOWHERE, allow(never, never), allow(never, short_time));
        check(both && ended_with(L4_IPCERR_XFER_PARTNER, L4_IPCERR_XFER_MINE), "5.6",
              "string time-outs: nor one of the receiver's than that allows");
        faults = task_bad_faults;
        both = transfer(NOWHERE, (L4_Word_t)here, allow(none, never), allow(never, never));
        check(both && ended_with(L4_IPCERR_XFER_MINE, L4_IPCERR_XFER_PARTNER), "5.6",
              "string time-outs: none at all ends it with the first fault");
        both = transfer((L4_Word_t)here, NOWHERE, allow(never, never), allow(never, none));
        check(both && ended_with(L4_IPCERR_XFER_PARTNER, L4_IPCERR_XFER_MINE), "5.6",
              "string time-outs: whoever allows none");
        check(task_bad_faults == faults, "5.6", "string time-outs: no pager is asked");
        both =
            transfer(NOWHERE, (L4_Word_t)here, allow(long_time, never), allow(never, short_time));
        check(both && (shared[0] & shared[3] & L4_TAG_ERROR), "5.6",
              "string time-outs: the receiver's counts for the sender's faults, if it is shorter");
        both =
            transfer((L4_Word_t)here, NOWHERE, allow(short_time, never), allow(never, long_time));
        check(both && (shared[0] & shared[3] & L4_TAG_ERROR), "5.6",
              "string time-outs: and the other way round");
        memset(cold, 0x5a, sizeof(cold));
        both = transfer((L4_Word_t)cold, (L4_Word_t)here, allow(long_time, none),
                        allow(none, long_time));
        check(both && !((shared[0] | shared[3]) & L4_TAG_ERROR) && here[BYTES - 1] == 0x5a, "5.6",
              "string time-outs: a sender's for receiving and a receiver's for sending do not");
}
