/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers in and around fault messages: as untyped words where the kernel has
 * no control transfer items (thesis 3.5, A.4), and when ExchangeRegisters comes
 * between the fault and its message, or between message and answer (thesis 4.3).
 */
#include "check.h"

#define FAR   0x30000000u
#define WORDS L4_CTRLXFER_GP_REGS

static L4_Word_t mr[L4_NUM_MRS], regs[32];
static uint8_t other_stack[4096] __attribute__((aligned(16)));
#define OTHER_SP ((L4_Word_t)other_stack + sizeof(other_stack) - 16)

int state_of_message(const L4_Word_t *message, L4_Word_t *to)
{
        L4_Word_t counts = message[0] & (L4_TAG_UNTYPED_MASK | L4_TAG_TYPED_MASK);
        unsigned int first = 3;

        if (L4_HasFeature(L4_FEATURE_CTRLXFER)) {
                if (counts != (2 | (1 + WORDS) << L4_TAG_TYPED_SHIFT) ||
                    message[3] != L4_CTRLXFER_GP_ITEM)
                        return 0;
                first = 4;
        } else if (counts != 2 + WORDS) {
                return 0;
        }
        for (unsigned int i = 0; i < WORDS; i++)
                to[i] = message[first + i];
        return 1;
}

static void faulter(void)
{
        __asm__ volatile("movl $0xB0, %%ebx\n\tmovl $0xC0, %%ecx\n\tmovl $0xD0, %%edx\n\t"
                         "movl $0x510, %%esi\n\tmovl $0xD10, %%edi\n\tmovl $0xA0, %%eax\n"
                         "fs_fault_at:\tmovl %%eax, %c0\n\tmovl $1, shared\n1:\tpause\n\tjmp 1b"
                         :
                         : "i"(FAR)
                         : "memory");
}
extern char fs_fault_at[];

/* Raises an exception, and tells the stack pointer it goes on with. */
static void raiser(void)
{
        L4_Set_ExceptionHandler(self);
        __asm__ volatile("movl $0xA0, %%eax\n\tint $0x80\n\tmovl %%esp, shared+4\n\t"
                         "movl %%eax, shared+8\n\tmovl $1, shared\n1:\tpause\n\tjmp 1b"
                         :
                         :
                         : "memory");
}

static void in_page_faults(void)
{
        L4_ThreadId_t t = task_space_waiting(self);

        shared[0] = 0;
        start_by_message(t, faulter, task_stack(t));
        next_event(t, mr);
        check((mr[0] & 0xFFF) == 2, "pfstate", "pfstate: who did not ask gets two words");
        task_delete_all();

        t = task_space_waiting(self);
        check(L4_ConfCtrlXfer(t, L4_FAULT_PAGEFAULT, L4_FAULTCONF_GP), "pfstate",
              "pfstate: register state can be asked for");
        start_by_message(t, faulter, task_stack(t));
        next_event(t, mr);
        check(mr[1] == FAR && mr[2] == (L4_Word_t)fs_fault_at, "pfstate",
              "pfstate: address and IP are where they always are");
        check(state_of_message(mr, regs), "pfstate",
              "pfstate: the state follows, an item or, without items, ten words");
        check(regs[L4_CTRLXFER_GP_EIP] == (L4_Word_t)fs_fault_at &&
                  (regs[L4_CTRLXFER_GP_EFLAGS] & 0x202) == 0x202 &&
                  regs[L4_CTRLXFER_GP_EDI] == 0xD10 && regs[L4_CTRLXFER_GP_ESI] == 0x510 &&
                  task_stack(t) - regs[L4_CTRLXFER_GP_ESP] < 256 &&
                  regs[L4_CTRLXFER_GP_EBX] == 0xB0 && regs[L4_CTRLXFER_GP_EDX] == 0xD0 &&
                  regs[L4_CTRLXFER_GP_ECX] == 0xC0 && regs[L4_CTRLXFER_GP_EAX] == 0xA0,
              "pfstate", "pfstate: with the values at the fault");
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_RWX), FAR);
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(shared[0] == 1 && *(L4_Word_t *)arena == 0xA0, "pfstate",
              "pfstate: a mapping answers such a fault");
        task_delete_all();
}

/* A thread of this space that has raised its exception; we were waiting for it or not. */
static L4_ThreadId_t raise(int waiting)
{
        L4_ThreadId_t t = task_thread_waiting(L4_nilthread, task_pager());

        shared[0] = shared[1] = shared[2] = 0;
        task_start(t, raiser);
        if (!waiting) {
                L4_Sleep(BRIEFLY);
                return t;
        }
        /* Without a timeout: for such a handler the kernel has a short way. */
        L4_Receive(t);
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        return t;
}

static void exchange_sp(L4_ThreadId_t t)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_SP, .sp = OTHER_SP};

        L4_ExchangeRegisters(t, &r);
}

/* Answer with the first @words words of the message, past the int $0x80. */
static void answer(L4_ThreadId_t t, unsigned int words)
{
        L4_Set_MsgTag(L4_Tag(0, words, 0));
        for (unsigned int i = 1; i <= words; i++)
                L4_LoadMR(i, mr[i]);
        L4_LoadMR(L4_EXC_MR_EIP, mr[L4_EXC_MR_EIP] + 2);
        L4_Send_Timeout(t, PATIENCE);
        L4_Sleep(BRIEFLY);
}

static void between(void)
{
        L4_ThreadId_t t;
        L4_Word_t sp;

        for (int waiting = 0; waiting < 2; waiting++) {
                t = raise(waiting);
                exchange_sp(t);
                if (!waiting)
                        next_event(t, mr);
                sp = mr[L4_EXC_MR_ESP];
                check(task_stack(t) - sp < 256, "7.2",
                      waiting ? "exception: a message that was taken tells of the fault"
                              : "exception: one that had to wait tells of the fault, not of what "
                                "ExchangeRegisters did since");
                answer(t, 2);
                check(shared[0] == 1 && shared[1] == OTHER_SP, "7.2",
                      waiting ? "exception: what the answer leaves out stays as exchanged"
                              : "exception: and so it does after a message that had to wait");
                task_delete_all();
                t = raise(waiting);
                exchange_sp(t);
                if (!waiting)
                        next_event(t, mr);
                mr[12] = 0xAB;
                answer(t, 12);
                check(shared[0] == 1 && shared[1] == mr[L4_EXC_MR_ESP] && shared[2] == 0xAB, "7.2",
                      waiting ? "exception: what the answer holds wins"
                              : "exception: and so it does after a message that had to wait, too");
                task_delete_all();
        }
}

/* Somebody other than a waiting handler ends the wait for an answer. */
static void aborted(void)
{
        L4_ThreadId_t t = raise(1);
        struct L4_ExRegs r = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_SP | L4_EXREGS_IP,
                              .sp = OTHER_SP,
                              .ip = mr[L4_EXC_MR_EIP] + 2};

        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(shared[0] == 1 && shared[1] == OTHER_SP, "2.3",
              "exception: ExchangeRegisters can end the wait for an answer");
        task_delete_all();
        t = raise(1);
        mr[12] = 0xAC;
        L4_Set_MsgTag(L4_Tag(0, 12, 0));
        for (unsigned int i = 1; i <= 12; i++)
                L4_LoadMR(i, mr[i]);
        L4_LoadMR(L4_EXC_MR_EIP, mr[L4_EXC_MR_EIP] + 2);
        /* A receive timeout keeps this answer off the kernel's short ways. */
        L4_Call_Timeouts(t, PATIENCE, BRIEFLY);
        check(shared[0] == 1 && shared[2] == 0xAC, "7.2",
              "exception: an answer with a timed receive after it is as good");
        task_delete_all();
}

void area_faultstate(void)
{
        between();
        aborted();
        if (L4_HasFeature(L4_FEATURE_PFSTATE))
                in_page_faults();
}
