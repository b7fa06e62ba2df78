/* SPDX-License-Identifier: BSD-2-Clause */
/* Long string copies can be preempted, and ended, in the middle [5.4]. */
#include "check.h"

#define PIECE  65000
#define PIECES 31
#define LATE   8000 /* microseconds; several clock ticks */

/* The same piece of memory over and over: 2 MB of message need no 2 MB. */
static uint8_t piece[65536], into[65536];
static volatile L4_Word_t copies, stop, worst, rounds;
static L4_ThreadId_t receiver;

static void load_long_item(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 1 + PIECES));
        L4_LoadMR(1, PIECE << L4_STRING_LEN_SHIFT | (PIECES - 1) << L4_STRING_SUBS_SHIFT);
        for (unsigned int i = 0; i < PIECES; i++)
                L4_LoadMR(2 + i, (L4_Word_t)piece);
}

static void load_long_buffer(void)
{
        L4_LoadBR(0, L4_ACCEPT_STRINGS);
        L4_LoadBR(1, PIECE << L4_STRING_LEN_SHIFT | (PIECES - 1) << L4_STRING_SUBS_SHIFT);
        for (unsigned int i = 0; i < PIECES; i++)
                L4_LoadBR(2 + i, (L4_Word_t)into);
}

static void send_for_ever(void)
{
        while (!stop) {
                load_long_item();
                if (L4_IpcFailed(L4_Send(receiver)))
                        break;
                copies++;
        }
        shared[0] = L4_ErrorCode();
        shared[1] = 1;
}

static void receive_for_ever(void)
{
        while (!stop) {
                load_long_buffer();
                if (L4_IpcFailed(L4_Wait(NULL)))
                        break;
        }
        shared[2] = L4_ErrorCode();
        shared[3] = 1;
}

static void wake_often(void)
{
        while (!stop) {
                L4_Clock_t before = L4_SystemClock();
                L4_Word_t late;

                L4_Sleep(MS(2));
                late = (L4_Word_t)(L4_SystemClock() - before);
                if (late > worst)
                        worst = late;
                rounds++;
        }
}

static L4_ThreadId_t start(int new_space)
{
        L4_ThreadId_t sender;

        stop = copies = worst = rounds = 0;
        shared[1] = shared[3] = 0;
        receiver =
            new_space ? task_space(receive_for_ever) : task_thread(L4_nilthread, receive_for_ever);
        sender = task_thread(L4_nilthread, send_for_ever);
        return sender;
}

static void delays_nobody(void)
{
        L4_ThreadId_t t;

        memset(piece, 0x5A, sizeof(piece));
        memset(into, 0, sizeof(into));
        start(1);
        t = task_thread(L4_nilthread, wake_often);
        L4_Set_Priority(t, 150);
        L4_Sleep(MS(400));
        l4_printf("# %u copies of 2 MB, wake-ups after 2 ms took at most %u us\n", copies, worst);
        check(copies > 2, "5.4", "strings: messages of 2 MB are copied");
        check(rounds > 20 && worst < LATE, "5.4",
              "strings: and delay no thread of higher priority meanwhile");
        stop = 1;
        L4_Sleep(BRIEFLY);
        check(memcmp(piece, into, PIECE) == 0, "5.4",
              "strings: a copy that is preempted is complete");
        task_delete_all();
}

/* Wait until the sender is in the middle of a copy: preempted there by this thread. */
static int in_the_middle(L4_ThreadId_t sender)
{
        for (unsigned int i = 0; i < 200; i++) {
                struct L4_ExRegs r = {.control = 0};

                L4_Sleep(MS(2));
                L4_ExchangeRegisters(sender, &r);
                if (r.control & L4_EXREGS_WAS_SENDING)
                        return 1;
        }
        return 0;
}

static void ended_by_deletion(void)
{
        L4_ThreadId_t sender;

        if (check_fatal("5.6", "strings: the receiver's deletion in the middle aborts the sender"))
                return;
        sender = start(0);
        check(in_the_middle(sender), "2.3", "strings: a preempted sender is seen to be sending");
        task_delete(receiver);
        L4_Sleep(BRIEFLY);
        check(shared[1] &&
                  (shared[0] & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT == L4_IPCERR_ABORTED,
              "5.6", "strings: the receiver's deletion in the middle aborts the sender");
        task_delete_all();
        sender = start(0);
        in_the_middle(sender);
        task_delete(sender);
        L4_Sleep(BRIEFLY);
        check(shared[3] &&
                  (shared[2] & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT == L4_IPCERR_ABORTED,
              "5.6", "strings: the sender's deletion in the middle aborts the receiver");
        task_delete_all();
}

static void ended_by_cancel(void)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_ABORT_SND};
        L4_ThreadId_t sender = start(0);
        L4_Word_t offset;

        in_the_middle(sender);
        L4_ExchangeRegisters(sender, &r);
        L4_Sleep(BRIEFLY);
        offset = shared[0] >> L4_IPCERR_OFFSET_SHIFT;
        check(shared[1] &&
                  (shared[0] & L4_IPCERR_CODE_MASK) >> L4_IPCERR_CODE_SHIFT == L4_IPCERR_ABORTED,
              "2.3", "strings: a copy can be cancelled in the middle");
        check(offset > 0 && offset < PIECE * PIECES, "5.6",
              "strings: the error says how far it came");
        check(shared[3] && shared[2] >> L4_IPCERR_OFFSET_SHIFT == offset, "5.6",
              "strings: to both sides");
        task_delete_all();
}

void area_longcopy(void)
{
        delays_nobody();
        ended_by_deletion();
        ended_by_cancel();
}
