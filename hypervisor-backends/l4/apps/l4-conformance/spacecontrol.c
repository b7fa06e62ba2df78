/* SPDX-License-Identifier: BSD-2-Clause */
/* SpaceControl: where KIP and UTCB areas may lie [4.3]. */
#include "check.h"

#define NO(i) (L4_ThreadIdUserBase() + 500 + (i))

static L4_ThreadId_t new_space(void)
{
        L4_ThreadId_t t = L4_GlobalId(NO(0), 1);

        L4_ThreadControl(t, t, self, L4_nilthread, L4_UTCB_LEAVE);
        return t;
}

static void drop(L4_ThreadId_t t)
{
        L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_LEAVE);
}

/* The error of one attempt in a fresh space; 0 for success. */
static L4_Word_t attempt(L4_Fpage_t kip, L4_Fpage_t utcb)
{
        L4_ThreadId_t t = new_space();
        L4_Word_t ok = L4_SpaceControl(t, 0, kip, utcb, L4_nilthread, NULL);
        L4_Word_t code = ok ? 0 : L4_ErrorCode();

        drop(t);
        return code;
}

/* A thread in a space whose areas lie elsewhere reports what it sees. */
static uint8_t report_stack[4096] __attribute__((aligned(4096)));

static void report(void)
{
        L4_Word_t version;

        shared[0] = (L4_Word_t)L4_KernelInterface(&version, NULL, NULL);
        shared[1] = version;
        shared[2] = L4_MyLocalId().raw;
        shared[3] = L4_MyGlobalId().raw;
        shared[4] = *(volatile L4_Word_t *)shared[0];
        shared[5] = 1;
        for (;;)
                ;
}

static void elsewhere(void)
{
        L4_ThreadId_t t = new_space();
        L4_MsgTag_t tag;

        for (unsigned int i = 0; i < 6; i++)
                shared[i] = 0;
        check(L4_SpaceControl(t, 0, L4_FpageLog2(0x70000000, 12), L4_FpageLog2(0x71000000, 14),
                              L4_nilthread, NULL) == 1,
              "4.3", "space control: areas anywhere in user space");
        check(L4_ThreadControl(t, t, self, self, 0x71000000 + 3 * L4_UTCB_SIZE) == 1, "2.4",
              "space control: the thread is then activated");
        tag = start_by_message(t, report, (L4_Word_t)report_stack + sizeof(report_stack) - 16);
        check(L4_IpcSucceeded(tag), "2.5", "space control: and starts");
        let_run(t);
        check(shared[5] == 1, "4.3", "space control: it runs to its end");
        check(shared[0] == 0x70000000, "1.2",
              "space control: KernelInterface tells it the new place");
        check(shared[1] == L4_API_VERSION, "1.2", "space control: and the version");
        check(shared[4] == L4_KIP_MAGIC, "4.3", "space control: the KIP is readable there");
        check(shared[2] == 0x71000000 + 3 * L4_UTCB_SIZE + L4_UTCB_LOCALID, "B",
              "space control: the UTCB is where it was asked for");
        check(shared[3] == t.raw, "B", "space control: and belongs to the thread");
        drop(t);
}

void area_spacecontrol(void)
{
        L4_Fpage_t kip = L4_FpageLog2(0x70000000, 12), utcb = L4_FpageLog2(0x71000000, 14);
        L4_ThreadId_t t;

        check(attempt(kip, utcb) == 0, "4.3", "space control: plain areas");
        check(attempt(L4_FpageLog2(0xC0000000, 12), utcb) == L4_ERROR_KIPAREA, "4.3",
              "space control: a KIP in kernel space");
        check(attempt(kip, L4_FpageLog2(0xC0000000, 14)) == L4_ERROR_UTCBAREA, "4.3",
              "space control: UTCBs in kernel space");
        check(attempt(L4_FpageLog2(0x70000000, 11), utcb) == L4_ERROR_KIPAREA, "4.3",
              "space control: a KIP area that is too small");
        check(attempt(kip, L4_FpageLog2(0x71000000, 11)) == L4_ERROR_UTCBAREA, "4.3",
              "space control: a UTCB area that is too small");
        check(attempt(L4_FpageLog2(0x71000000, 12), utcb) != 0, "4.3",
              "space control: areas that overlap");
        t = L4_GlobalId(NO(1), 1);
        L4_ThreadControl(t, t, self, L4_nilthread, 0x71000000 + L4_UTCB_SIZE);
        L4_SpaceControl(t, 0, kip, utcb, L4_nilthread, NULL);
        check(L4_ThreadControl(t, t, self, self, L4_UTCB_LEAVE) == 1 &&
                  L4_OtherId(t).raw == 0x71000000 + L4_UTCB_SIZE + L4_UTCB_LOCALID,
              "2.4", "space control: a UTCB location given at creation holds at activation");
        drop(t);
        check(L4_SpaceControl(L4_GlobalId(NO(9), 1), 0, kip, utcb, L4_nilthread, NULL) == 0 &&
                  L4_ErrorCode() == L4_ERROR_SPACE,
              "4.3", "space control: of a thread that is not there");
        if (!check_fatal("4.3", "space control: of nilthread"))
                check(L4_SpaceControl(L4_nilthread, 0, kip, utcb, L4_nilthread, NULL) == 0 &&
                          L4_ErrorCode() == L4_ERROR_SPACE,
                      "4.3", "space control: of nilthread");
        t = task_space_waiting(self);
        L4_SpaceControl(t, 0, kip, utcb, L4_nilthread, NULL);
        check(L4_OtherId(t).raw == task_local_id(t).raw, "4.3",
              "space control: areas in use do not move");
        task_delete_all();
        elsewhere();
}
