/* SPDX-License-Identifier: BSD-2-Clause */
/* Control transfer items ("ctrlxfer"; thesis 3.2, 4.1, A.1). */
#include "check.h"

#define FAR 0x30000000u

static volatile L4_Word_t place;
static L4_Word_t mr[L4_NUM_MRS], regs[32];

/* Code that fetches a register image and stops: where items send threads. */
__asm__(".text\nct_tell:\n\t"
        "movl %eax, ct_regs+36\n\tmovl %ecx, ct_regs+32\n\tmovl %edx, ct_regs+28\n\t"
        "movl %ebx, ct_regs+24\n\tmovl %esp, ct_regs+20\n\tmovl %ebp, ct_regs+16\n\t"
        "movl %esi, ct_regs+12\n\tmovl %edi, ct_regs+8\n\t"
        "movl $ct_stack+1024, %esp\n\tpushfl\n\tpopl ct_regs+4\n\t"
        "movl $1, ct_told\n1:\tpause\n\tjmp 1b\n");
extern char ct_tell[], ct_fault_at[];
volatile L4_Word_t ct_regs[L4_CTRLXFER_GP_REGS], ct_told;
uint8_t ct_stack[1024];

static void faulter(void)
{
        __asm__ volatile(
            "movl $0xB0, %%ebx\n\tmovl $0xC0, %%ecx\n\tmovl $0xD0, %%edx\n\t"
            "movl $0x510, %%esi\n\tmovl $0xD10, %%edi\n\tmovl $0xA0, %%eax\n"
            "ct_fault_at:\tmovl %c0, %%eax\n\tmovl %%eax, ct_regs\n\tmovl $1, ct_told\n"
            "1:\tpause\n\tjmp 1b"
            :
            : "i"(FAR)
            : "memory");
}

static void waiter(void)
{
        L4_MsgTag_t tag;

        L4_Accept(L4_Nilpage, place ? L4_ACCEPT_CTRLXFER : 0);
        tag = L4_Receive(self);
        shared[1] = tag.raw;
        shared[2] = L4_StoreMR(1);
        shared[3] = L4_StoreMR(2);
        shared[0] = 1;
        for (;;)
                ;
}

static void load_regs(void)
{
        for (unsigned int i = 0; i < L4_CTRLXFER_GP_REGS; i++)
                regs[i] = 0xE0000000 + i;
        regs[L4_CTRLXFER_GP_EIP] = (L4_Word_t)ct_tell;
        regs[L4_CTRLXFER_GP_EFLAGS] = 0x8D5;
        ct_told = 0;
        shared[0] = 0;
}

static int all_registers_arrived(void)
{
        int right = 1;

        for (unsigned int i = L4_CTRLXFER_GP_EDI; i <= L4_CTRLXFER_GP_EAX; i++)
                right &= ct_regs[i] == 0xE0000000 + i;
        return right;
}

static void send_item(L4_ThreadId_t t, L4_Word_t mask)
{
        unsigned int end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_GP, mask, regs);

        L4_Set_MsgTag(L4_Tag(0x33, 0, end - 1));
        L4_Send_Timeout(t, PATIENCE);
        let_run(t);
}

static void in_messages(void)
{
        L4_ThreadId_t t;

        if (check_fatal("ctrlxfer", "ctrlxfer: items in messages between threads"))
                return;
        place = 1;
        load_regs();
        t = task_space(waiter);
        L4_Sleep(BRIEFLY);
        send_item(t, L4_CTRLXFER_GP_ALL);
        check(ct_told == 1, "ctrlxfer", "ctrlxfer: an accepted item sets EIP");
        check(all_registers_arrived(), "ctrlxfer", "ctrlxfer: and every other register");
        check((ct_regs[1] & 0x8D5) == 0x8D5, "ctrlxfer", "ctrlxfer: and the arithmetic flags");
        check((ct_regs[1] & 0x20200) == 0x200, "ctrlxfer", "ctrlxfer: but not IF or VM");
        task_delete_all();

        load_regs();
        regs[L4_CTRLXFER_GP_EFLAGS] = 0x400;
        t = task_space(waiter);
        L4_Sleep(BRIEFLY);
        send_item(t, 1u << L4_CTRLXFER_GP_EIP | 1u << L4_CTRLXFER_GP_EFLAGS);
        check(ct_told == 1 && (ct_regs[1] & 0x400), "ctrlxfer", "ctrlxfer: DF can be set");
        task_delete_all();

        load_regs();
        t = task_space(waiter);
        L4_Sleep(BRIEFLY);
        send_item(t, 1u << L4_CTRLXFER_GP_EIP | 1u << L4_CTRLXFER_GP_EBX);
        check(ct_told == 1 && ct_regs[L4_CTRLXFER_GP_EBX] == regs[L4_CTRLXFER_GP_EBX], "ctrlxfer",
              "ctrlxfer: a partial mask sets what it names");
        check(task_stack(t) - ct_regs[L4_CTRLXFER_GP_ESP] < 256, "ctrlxfer",
              "ctrlxfer: a register without its bit is left alone");
        task_delete_all();

        place = 0;
        load_regs();
        t = task_space(waiter);
        L4_Sleep(BRIEFLY);
        send_item(t, L4_CTRLXFER_GP_ALL);
        check(ct_told == 0 && shared[0] == 1, "ctrlxfer",
              "ctrlxfer: without the acceptor bit the state is untouched");
        check(shared[2] == L4_CTRLXFER_GP_ITEM && shared[3] == (L4_Word_t)ct_tell, "ctrlxfer",
              "ctrlxfer: and the item lands in the message registers");
        task_delete_all();
}

/* Fault messages with state, and answers with items. */
static void in_faults(void)
{
        int state = L4_HasFeature(L4_FEATURE_PFSTATE);
        L4_ThreadId_t t = task_space_waiting(self);
        unsigned int id, end;
        L4_Word_t mask;
        L4_MsgTag_t tag;

        check(L4_ConfCtrlXfer(t, L4_FAULT_PAGEFAULT, L4_FAULTCONF_GP), "ctrlxfer",
              "ctrlxfer: page faults with state can be switched on");
        ct_told = 0;
        start_by_message(t, faulter, task_stack(t));
        tag = next_event(t, mr);
        check(L4_UntypedWords(tag) == 2 && L4_TypedWords(tag) == (state ? 11 : 0), "ctrlxfer",
              "ctrlxfer: such a fault has two words and, with pfstate, an item of eleven");
        check(mr[1] == FAR && mr[2] == (L4_Word_t)ct_fault_at, "ctrlxfer",
              "ctrlxfer: address and IP are where they always are");
        end = L4_StoreCtrlXferItem(3, &id, &mask, regs);
        check(!state || (end == 14 && id == L4_CTRLXFER_ID_GP && mask == L4_CTRLXFER_GP_ALL),
              "ctrlxfer", "ctrlxfer: the item holds all general registers");
        check(!state || (regs[L4_CTRLXFER_GP_EIP] == (L4_Word_t)ct_fault_at &&
                         regs[L4_CTRLXFER_GP_EAX] == 0xA0 && regs[L4_CTRLXFER_GP_EBX] == 0xB0 &&
                         regs[L4_CTRLXFER_GP_ECX] == 0xC0 && regs[L4_CTRLXFER_GP_EDX] == 0xD0 &&
                         regs[L4_CTRLXFER_GP_ESI] == 0x510 && regs[L4_CTRLXFER_GP_EDI] == 0xD10),
              "ctrlxfer", "ctrlxfer: with the values at the fault");
        load_regs();
        send_item(t, L4_CTRLXFER_GP_ALL);
        check(ct_told == 1 && all_registers_arrived(), "ctrlxfer",
              "ctrlxfer: an item in the answer is accepted automatically");
        task_delete_all();

        t = task_space_waiting(self);
        L4_ConfCtrlXfer(t, L4_FAULT_PAGEFAULT, L4_FAULTCONF_GP);
        ct_told = 0;
        start_by_message(t, faulter, task_stack(t));
        next_event(t, mr);
        *(L4_Word_t *)arena = 0xFEED;
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMapItem(1, L4_PageRights((L4_Word_t)arena, L4_FPAGE_R), FAR);
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(ct_told == 1 && ct_regs[0] == 0xFEED, "ctrlxfer",
              "ctrlxfer: a map item alone answers such a fault as well");
        task_delete_all();
}

static void exception_runner(void)
{
        L4_Set_ExceptionHandler(self);
        __asm__ volatile("movl $0xAA, %%eax; int $0x80; 1: jmp 1b" : : : "eax");
}

static void in_exceptions(void)
{
        L4_ThreadId_t t = task_space_waiting(self);
        L4_MsgTag_t tag;
        struct L4_ExRegs write = {.control = L4_EXREGS_CTRLXFER_WRITE};
        unsigned int id;
        L4_Word_t mask;

        L4_ConfCtrlXfer(t, L4_FAULT_EXCEPTION, L4_FAULTCONF_GP);
        start_by_message(t, exception_runner, task_stack(t));
        tag = next_event(t, mr);
        check(L4_Label(tag) == L4_LABEL_EXCEPTION && L4_UntypedWords(tag) == 2 &&
                  L4_TypedWords(tag) == 11,
              "ctrlxfer", "ctrlxfer: an exception with state is two words and an item");
        check(mr[1] == 13 && mr[2] == 0x402, "ctrlxfer",
              "ctrlxfer: the words are vector and error code");
        L4_StoreCtrlXferItem(3, &id, &mask, regs);
        check(regs[L4_CTRLXFER_GP_EAX] == 0xAA, "ctrlxfer", "ctrlxfer: the item has the registers");
        load_regs();
        send_item(t, L4_CTRLXFER_GP_ALL);
        check(ct_told == 1 && all_registers_arrived(), "ctrlxfer",
              "ctrlxfer: an item answers an exception");
        task_delete_all();

        /* Such a thread accepts state whatever its acceptor says (thesis A.1). */
        t = task_space_waiting(self);
        L4_ConfCtrlXfer(t, L4_FAULT_EXCEPTION, L4_FAULTCONF_GP);
        start_by_message(t, exception_runner, task_stack(t));
        next_event(t, mr);
        load_regs();
        ct_told = 0;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_GP, L4_CTRLXFER_GP_ALL, regs);
        L4_ExchangeRegisters(t, &write);
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(t, L4_ZeroTime);
        let_run(t);
        check(ct_told == 1 && all_registers_arrived(), "ctrlxfer",
              "ctrlxfer: ExchangeRegisters writes the state of a thread at its exception");
        task_delete_all();
}

static void starting(void)
{
        L4_ThreadId_t t = task_space_waiting(self);

        load_regs();
        send_item(t, L4_CTRLXFER_GP_ALL);
        check(ct_told == 1 && all_registers_arrived(), "ctrlxfer",
              "ctrlxfer: an item starts a thread with all registers");
        task_delete_all();
}

static void spin(void)
{
        __asm__ volatile("movl $0x5A5A, %%esi; 1: pause; jmp 1b" : : : "esi");
}

static void by_exchange_registers(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, spin);
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_READ};
        unsigned int id, end;
        L4_Word_t mask;

        *L4_UtcbWord(task_local_id(t), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        L4_Sleep(BRIEFLY);
        L4_Set_MsgTag(L4_Tag(0, 0, 1));
        L4_LoadMR(1, L4_CTRLXFER_GP_ITEM);
        check(!L4_IsNilThread(L4_ExchangeRegisters(t, &r)), "ctrlxfer",
              "ctrlxfer: ExchangeRegisters reads a thread's registers");
        L4_StoreCtrlXferItem(1, &id, &mask, regs);
        check(mask == L4_CTRLXFER_GP_ALL && regs[L4_CTRLXFER_GP_ESI] == 0x5A5A, "ctrlxfer",
              "ctrlxfer: into an item");
        check(regs[L4_CTRLXFER_GP_EIP] - (L4_Word_t)spin < 64, "ctrlxfer",
              "ctrlxfer: with EIP where the thread is");
        load_regs();
        end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_GP, L4_CTRLXFER_GP_ALL, regs);
        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        r = (struct L4_ExRegs){.control = L4_EXREGS_CTRLXFER_WRITE};
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        check(ct_told == 1 && all_registers_arrived(), "ctrlxfer",
              "ctrlxfer: ExchangeRegisters writes them");
        task_delete_all();
}

void area_ctrlxfer(void)
{
        in_messages();
        /* The public kernel has the two as one. */
        if (L4_IsPublicKernel() || L4_HasFeature(L4_FEATURE_PFSTATE))
                in_faults();
        else
                check_skip("ctrlxfer", "ctrlxfer: page faults with state",
                           "the kernel does not announce it");
        in_exceptions();
        starting();
        by_exchange_registers();
}
