/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local segment descriptors ("tls"). */
#include "check.h"

#define SECTION        "tls"
#define SELECTOR(slot) ((L4_TLS_GDT_FIRST + (slot)) << 3 | 3)
#define DATA           0x00CFF200u /* present, ring 3, writable data, 4 GB, without base */

static L4_Word_t words[2][16] = {{0x1111, 0x1112}, {0x2221, 0x2222}};

/* Load slot @n into GS, read %gs:0, put the UTCB's selector back. */
static L4_Word_t read_slot(L4_Word_t selector)
{
        L4_Word_t v;

        __asm__ volatile("movw %w1, %%gs\n\tmovl %%gs:0, %0\n\tmovw %w2, %%gs"
                         : "=&r"(v)
                         : "r"(selector), "r"(L4_USER_GS)
                         : "memory");
        return v;
}

static void descriptor(L4_Word_t *d, L4_Word_t base, L4_Word_t high)
{
        d[0] = base << 16 | 0xFFFF;
        d[1] = high | (base >> 16 & 0xFF) | (base & 0xFF000000);
}

static void set(L4_ThreadId_t t, const L4_Word_t *regs, L4_Word_t mask)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_WRITE};
        unsigned int end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_TLS, mask, regs);

        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        check(!L4_IsNilThread(L4_ExchangeRegisters(t, &r)), SECTION,
              "tls: an item sets descriptors");
}

/* Spins with GS as it was set: a selector nobody can load would end it. */
static void looper(void)
{
        for (;;)
                shared[3]++;
}

/* Set GS of @t to @selector; what it then is. */
static L4_Word_t exchange_gs(L4_ThreadId_t t, L4_Word_t selector)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_WRITE};

        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMR(1, L4_CtrlXferWord(L4_CTRLXFER_ID_SEG, 1u << L4_CTRLXFER_SEG_GS));
        L4_LoadMR(2, selector);
        L4_ExchangeRegisters(t, &r);
        L4_Sleep(BRIEFLY);
        r = (struct L4_ExRegs){.control = L4_EXREGS_CTRLXFER_READ};
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_LoadMR(1, L4_CtrlXferWord(L4_CTRLXFER_ID_SEG, 1u << L4_CTRLXFER_SEG_GS));
        L4_LoadMR(2, 0xBAD);
        L4_ExchangeRegisters(t, &r);
        return L4_StoreMR(2);
}

static void selectors(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, looper);
        L4_Word_t regs[L4_CTRLXFER_TLS_WORDS] = {0}, before;

        *L4_UtcbWord(task_local_id(t), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        L4_Sleep(BRIEFLY);
        descriptor(&regs[0], (L4_Word_t)words[0], DATA);
        set(t, regs, 0x3);
        check(exchange_gs(t, SELECTOR(0)) == SELECTOR(0), SECTION,
              "tls: an item sets GS to a thread-local segment");
        check(exchange_gs(t, L4_USER_DS) == L4_USER_DS && exchange_gs(t, L4_USER_GS) == L4_USER_GS,
              SECTION, "tls: or to a new thread's segments");
        check(exchange_gs(t, 0x10) == 0 && exchange_gs(t, 0x08) == 0, SECTION,
              "tls: the kernel's selectors become none");
        check(exchange_gs(t, 0xFFFF) == 0 && exchange_gs(t, SELECTOR(0) | 4) == 0, SECTION,
              "tls: so do those beyond the table and of another one");
        before = shared[3];
        L4_Sleep(BRIEFLY);
        check(shared[3] != before, SECTION, "tls: and the thread runs on");
        task_delete_all();
}

static void reader(void)
{
        shared[0] = 1;
        for (;;) {
                L4_Receive(self);
                shared[1] = read_slot(SELECTOR(0));
                shared[2] = read_slot(SELECTOR(2));
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Send(self);
        }
}

static L4_MsgTag_t ask(L4_ThreadId_t t)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        return L4_Call_Timeouts(t, PATIENCE, MS(100));
}

void area_tls(void)
{
        L4_ThreadId_t a = task_thread(L4_nilthread, reader), b = task_thread(L4_nilthread, reader);
        L4_Word_t regs[L4_CTRLXFER_TLS_WORDS] = {0};

        *L4_UtcbWord(task_local_id(a), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        *L4_UtcbWord(task_local_id(b), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        L4_Sleep(BRIEFLY);
        descriptor(&regs[0], (L4_Word_t)words[0], DATA);
        descriptor(&regs[4], (L4_Word_t)&words[0][1], DATA);
        set(a, regs, 0x33);
        descriptor(&regs[0], (L4_Word_t)words[1], DATA);
        descriptor(&regs[4], (L4_Word_t)&words[1][1], DATA);
        set(b, regs, 0x33);
        check(L4_IpcSucceeded(ask(a)) && shared[1] == 0x1111, SECTION,
              "tls: slot 0 is behind 0x33");
        check(shared[2] == 0x1112, SECTION, "tls: slot 2 is behind 0x43");
        check(L4_IpcSucceeded(ask(b)) && shared[1] == 0x2221 && shared[2] == 0x2222, SECTION,
              "tls: another thread has descriptors of its own");
        check(L4_IpcSucceeded(ask(a)) && shared[1] == 0x1111, SECTION,
              "tls: they follow the thread");
        check(L4_MyLocalId().raw == L4_ROOT_UTCB_BASE + L4_UTCB_LOCALID, SECTION,
              "tls: %gs:0 of a thread without them is its local id");
        /* A ring-0 code segment is asked for: what is stored must be harmless. */
        regs[0] = 0x0000FFFF;
        regs[1] = 0x00CF9A00;
        set(a, regs, 0x3);
        ask(a);
        check(L4_OtherId(a).raw == task_local_id(a).raw, SECTION,
              "tls: a descriptor of kernel code is not stored as such");
        task_delete_all();
        selectors();
}
