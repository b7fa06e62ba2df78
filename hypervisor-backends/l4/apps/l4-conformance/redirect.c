/* SPDX-License-Identifier: BSD-2-Clause */
/* L4 calls of limited threads become exceptions ("redirect"). */
#include "check.h"

#define SECTION "redirect"
#define LIMIT   0xBFFFF /* all of user space: limited, but nothing is out of reach */

extern char rd_kip[], rd_ipc[], rd_call[], rd_sysenter[];
__asm__(".text\n"
        "rd_kip:\tlock; nop\n\tmovl $1, rd_passed\n1:\tpause\n\tjmp 1b\n"
        "rd_ipc:\tint $0x30\n\tmovl $1, rd_passed\n1:\tpause\n\tjmp 1b\n"
        "rd_call:\tint $0x31\n\tmovl $1, rd_passed\n1:\tpause\n\tjmp 1b\n"
        "rd_sysenter:\tsysenter\n\tmovl $1, rd_passed\n1:\tpause\n\tjmp 1b\n");
volatile L4_Word_t rd_passed;

static L4_Word_t mr[L4_NUM_MRS];

static void attempt(const char *name, char *code, L4_Word_t permit, L4_Word_t vector,
                    L4_Word_t error)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, self);
        L4_MsgTag_t tag;

        rd_passed = 0;
        L4_ThreadControlLimit(t, self, self, self, L4_UTCB_LEAVE_LIMIT | permit, LIMIT);
        *L4_UtcbWord(task_local_id(t), L4_UTCB_EXCHANDLER) = self.raw;
        L4_Set_MsgTag(L4_Tag(0, 2, 0));
        L4_LoadMR(1, (L4_Word_t)code);
        L4_LoadMR(2, task_stack(t));
        L4_Send_Timeout(t, PATIENCE);
        tag = L4_Receive_Timeout(t, BRIEFLY);
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        if (permit)
                check(L4_IpcFailed(tag) && rd_passed == 1, SECTION, name);
        else
                check(tag.raw == L4_TAG_EXCEPTION && mr[L4_EXC_MR_VECTOR] == vector &&
                          mr[L4_EXC_MR_ERROR] == error && mr[L4_EXC_MR_EIP] == (L4_Word_t)code &&
                          rd_passed == 0,
                      SECTION, name);
        task_delete_all();
}

void area_redirect(void)
{
        attempt("redirect: lock; nop is an invalid instruction", rd_kip, 0, 6, 0);
        attempt("redirect: int 0x30 is a protection fault at itself", rd_ipc, 0, 13, 0x182);
        attempt("redirect: int 0x31 is a protection fault at itself", rd_call, 0, 13, 0x18A);
        attempt("redirect: sysenter is a protection fault at itself", rd_sysenter, 0, 13, 0);
        attempt("redirect: a permitted thread may ask for the KIP", rd_kip, L4_UTCB_PERMIT, 0, 0);
        attempt("redirect: a permitted thread may call", rd_call, L4_UTCB_PERMIT, 0, 0);
}
