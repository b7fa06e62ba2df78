/* SPDX-License-Identifier: BSD-2-Clause */
/* ThreadControl: creation, activation, migration of ids, deletion, errors [2.4]. */
#include "check.h"

#define NO(i)   (L4_ThreadIdUserBase() + 400 + (i))
#define UTCB(i) (L4_ROOT_UTCB_BASE + (128 + (i)) * L4_UTCB_SIZE)

static const L4_Word_t leave = L4_UTCB_LEAVE;

static int gone(L4_ThreadId_t t)
{
        return L4_IsNilThread(L4_OtherId(t));
}

static int delete (L4_ThreadId_t t)
{
        return L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, leave) == 1;
}

static int refused(L4_Word_t result, L4_Word_t code)
{
        return result == 0 && L4_ErrorCode() == code;
}

static void life(void)
{
        L4_ThreadId_t t = L4_GlobalId(NO(0), 1), newer = L4_GlobalId(NO(0), 2);

        check(L4_ThreadControl(t, self, self, self, UTCB(0)) == 1, "2.4",
              "thread control: an active thread in our space");
        check(L4_OtherId(t).raw == UTCB(0) + L4_UTCB_LOCALID, "2.4",
              "thread control: its local id follows from the UTCB");
        check(L4_ThreadControl(newer, self, self, self, leave) == 1, "2.4",
              "thread control: a new version");
        check(gone(t), "2.4", "thread control: the old id is gone");
        check(!gone(newer), "2.4", "thread control: the new id is known");
        check(*L4_UtcbWord((L4_ThreadId_t){UTCB(0) + L4_UTCB_LOCALID}, L4_UTCB_GLOBALID) ==
                  newer.raw,
              "B", "thread control: the UTCB shows the new id");
        check(delete (newer), "2.4", "thread control: deletion");
        check(gone(newer), "2.4", "thread control: a deleted id is gone");
        check(L4_ThreadControl(t, self, self, self, UTCB(0)) == 1, "2.4",
              "thread control: number and UTCB can be used again");
        delete (t);
        check(L4_ThreadControl(t, t, self, L4_nilthread, leave) == 1, "2.4",
              "thread control: a new space begins with an inactive thread");
        check(L4_Schedule(t, -1u, -1u, -1u, -1u, NULL) == L4_STATE_INACTIVE, "3.3",
              "thread control: which Schedule calls inactive");
        check(delete (t), "2.4", "thread control: an inactive thread can be deleted");
}

static volatile L4_Word_t go;

static void started(void)
{
        go = 1;
        L4_Sleep(L4_Never);
}

static void start_protocol(void)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, self);
        L4_MsgTag_t tag;

        go = 0;
        L4_Sleep(BRIEFLY);
        check(go == 0, "2.5", "thread control: an active thread waits for its pager");
        check(L4_Schedule(t, -1u, -1u, -1u, -1u, NULL) >= L4_STATE_WAITING, "3.3",
              "thread control: Schedule calls it waiting");
        tag = start_by_message(t, started, task_stack(t));
        L4_Sleep(BRIEFLY);
        check(L4_IpcSucceeded(tag) && go == 1, "2.5",
              "thread control: the pager's message of IP and SP starts it");
        task_delete_all();

        t = task_thread_waiting(L4_nilthread, L4_Sigma0());
        go = 0;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        tag = start_by_message(t, started, task_stack(t));
        check(L4_IpcFailed(tag) || go == 0, "2.5",
              "thread control: only the pager can start it by message");
        task_delete_all();
}

static void errors(void)
{
        L4_ThreadId_t t = L4_GlobalId(NO(1), 1), other = L4_GlobalId(NO(2), 1);
        L4_ThreadId_t nobody = L4_GlobalId(NO(90), 1);

        check(refused(L4_ThreadControl(t, nobody, self, self, UTCB(1)), L4_ERROR_SPACE), "2.4",
              "thread control: an unknown space");
        check(refused(L4_ThreadControl(t, self, nobody, self, UTCB(1)), L4_ERROR_SCHEDULER), "2.4",
              "thread control: an unknown scheduler");
        check(refused(L4_ThreadControl(t, self, L4_nilthread, self, UTCB(1)), L4_ERROR_SCHEDULER),
              "2.4", "thread control: creation without a scheduler");
        check(refused(L4_ThreadControl(L4_GlobalId(NO(1), 0), self, self, self, UTCB(1)),
                      L4_ERROR_THREAD),
              "2.1", "thread control: version 0 is no thread");
        if (!check_fatal("2.4", "thread control: nilthread"))
                check(refused(L4_ThreadControl(L4_nilthread, self, self, self, UTCB(1)),
                              L4_ERROR_THREAD),
                      "2.4", "thread control: nilthread");
        check(refused(L4_ThreadControl(L4_GlobalId(L4_ThreadIdSystemBase() + 1, 1), self, self,
                                       self, UTCB(1)),
                      L4_ERROR_THREAD),
              "2.4", "thread control: a number between system and user base");
        check(refused(L4_ThreadControl(t, self, self, self, 0xB0000000), L4_ERROR_UTCBAREA), "2.4",
              "thread control: a UTCB outside the UTCB area");
        check(refused(L4_ThreadControl(t, self, self, self, UTCB(1) + 64), L4_ERROR_UTCBAREA),
              "2.4", "thread control: a UTCB that is not aligned");
        check(gone(t), "2.4", "thread control: after all that there is no thread");
        check(L4_ThreadControl(self, L4_nilthread, L4_nilthread, L4_nilthread, leave) == 0, "2.4",
              "thread control: a thread cannot delete itself");
        L4_ThreadControl(other, other, self, L4_nilthread, leave);
        check(L4_ThreadControl(other, other, self, self, UTCB(2)) == 0, "2.4",
              "thread control: activation before SpaceControl");
        delete (t);
        delete (other);
        check(delete (L4_GlobalId(NO(91), 1)) == 0, "2.4",
              "thread control: deleting a thread that never was");
}

static void unprivileged(void)
{
        L4_ThreadId_t me = L4_MyGlobalId();

        shared[0] = L4_ThreadControl(L4_GlobalId(NO(3), 1), me, me, me, L4_ROOT_UTCB_BASE + 0x2000);
        shared[1] = L4_ErrorCode();
        shared[2] = L4_SpaceControl(me, 0, L4_Nilpage, L4_Nilpage, L4_nilthread, NULL);
        shared[3] = L4_ErrorCode();
        {
                const L4_Word_t attr[4] = {0, 0, 0, 0};

                L4_LoadMR(0, L4_Nilpage.raw);
                shared[4] = L4_MemoryControl(0, attr);
                shared[5] = L4_ErrorCode();
        }
        L4_Send(self);
}

/* Nobody else has the memory that is not given out yet: our manual's, not X.2's. */
static void sigma0_stays(void)
{
        L4_ThreadId_t sigma0 = L4_Sigma0();

        if (check_fatal("2.4", "thread control: sigma0's last thread cannot be deleted"))
                return;
        check(refused(
                  L4_ThreadControl(sigma0, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE),
                  L4_ERROR_THREAD),
              "2.4", "thread control: sigma0's last thread cannot be deleted");
        check(!gone(sigma0), "2.4", "thread control: and it is there");
}

void area_threadcontrol(void)
{
        life();
        start_protocol();
        errors();
        sigma0_stays();
        task_space(unprivileged);
        L4_Wait_Timeout(PATIENCE, NULL);
        check(shared[0] == 0 && shared[1] == L4_ERROR_NOPRIVILEGE, "2.4",
              "thread control: refused to an unprivileged thread");
        check(shared[2] == 0 && shared[3] == L4_ERROR_NOPRIVILEGE, "4.3",
              "space control: refused to an unprivileged thread");
        check(shared[4] == 0 && shared[5] == L4_ERROR_NOPRIVILEGE, "6.3",
              "memory control: refused to an unprivileged thread");
}
