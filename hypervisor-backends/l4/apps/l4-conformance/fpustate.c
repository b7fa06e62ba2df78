/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers as control transfer items: by ExchangeRegisters, in fault messages and
 * in answers to them.  Item FPU0 + k has words 20 k on of what FXSAVE writes (IA-32 SDM 2A): ST0 is
 * at byte 32, XMM0 at byte 160, MXCSR at byte 24.
 */
#include "check.h"

#define SECTION  "ctrlxfer"
#define FAR      0x30000000u
#define FPU(k)   (L4_CTRLXFER_ID_FPU0 + (k))
#define ST0_MASK (7u << 8)                             /* of item FPU0: words 8 to 10 */
#define XMM0     (160 / 4 - 2 * L4_CTRLXFER_FPU_WORDS) /* in item FPU0 + 2: its first word */
#define ALL(n)   ((1u << (n)) - 1)
enum { MXCSR = 24 / 4, FULL = L4_CTRLXFER_FPU_WORDS, GP = 1 + L4_CTRLXFER_GP_REGS };

static L4_Word_t mr[L4_NUM_MRS], regs[32];

/* What a thread has in ST0 and XMM0: 1.0 and a pattern. */
L4_Word_t fpu_pattern[4] = {0x11223344, 0x55667788, 0x99AABBCC, 0xDDEEFF00}, fpu_seen[4];
volatile L4_Word_t fpu_told, fpu_mxcsr;

__asm__(".text\nfpu_load: fninit\n\tfld1\n\tmovups fpu_pattern, %xmm0\n\tret\n"
        "fpu_fault: call fpu_load\nfpu_fault_at: movl 0x30000000, %eax\n"
        "fpu_tell: movups %xmm0, fpu_seen\n\tstmxcsr fpu_mxcsr\n\tmovl $1, fpu_told\n"
        "1:\tpause\n\tjmp 1b\n"
        "fpu_wait: call fpu_load\n2:\tcmpl $0, fpu_told\n\tje 2b\n\tmovl $0, fpu_told\n\tjmp "
        "fpu_tell\n");
extern char fpu_fault[], fpu_fault_at[], fpu_tell[], fpu_wait[];

static int is_pattern(const L4_Word_t *words)
{
        for (unsigned int i = 0; i < 4; i++)
                if (words[i] != fpu_pattern[i])
                        return 0;
        return 1;
}

static int is_one(const L4_Word_t *words)
{
        return words[0] == 0 && words[1] == 0x80000000 && (words[2] & 0xFFFF) == 0x3FFF;
}

/* ExchangeRegisters with one item of @mask from regs; after a read regs has it.  False: refused. */
static int exchange(L4_ThreadId_t t, L4_Word_t control, unsigned int id, L4_Word_t mask)
{
        struct L4_ExRegs r = {.control = control};
        L4_Word_t got;
        unsigned int end = L4_LoadCtrlXferItem(1, id, mask, regs), ignored;

        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        if (L4_IsNilThread(L4_ExchangeRegisters(t, &r)))
                return 0;
        if (control & L4_EXREGS_CTRLXFER_READ)
                L4_StoreCtrlXferItem(1, &ignored, &got, regs);
        return 1;
}

/* A thread of this space that spins with known registers, and accepts others. */
static L4_ThreadId_t spinner(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, (void (*)(void))fpu_wait);

        *L4_UtcbWord(task_local_id(t), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        fpu_told = 0;
        L4_Sleep(BRIEFLY);
        return t;
}

static void tell(void)
{
        fpu_told = 1;
        L4_Sleep(BRIEFLY);
}

static void exchanged(void)
{
        L4_ThreadId_t t = spinner();

        check(exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(0), ST0_MASK) && is_one(&regs[8]), SECTION,
              "fpu: ExchangeRegisters reads the top of the stack");
        check(exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(2), ALL(FULL)) && is_pattern(&regs[XMM0]),
              SECTION, "fpu: and a whole item with XMM0");
        regs[XMM0 + 1] = 0xABCD;
        check(exchange(t, L4_EXREGS_CTRLXFER_WRITE, FPU(2), ALL(FULL)), SECTION,
              "fpu: it writes a whole item");
        regs[XMM0 + 3] = 0xEF01;
        check(exchange(t, L4_EXREGS_CTRLXFER_WRITE, FPU(2), 1u << (XMM0 + 3)), SECTION,
              "fpu: and one word");
        regs[MXCSR] = 0xFFFFFFFF;
        check(exchange(t, L4_EXREGS_CTRLXFER_WRITE, FPU(0), 1u << MXCSR), SECTION,
              "fpu: of MXCSR with bits the processor does not have");
        tell();
        check(fpu_seen[0] == fpu_pattern[0] && fpu_seen[1] == 0xABCD &&
                  fpu_seen[2] == fpu_pattern[2] && fpu_seen[3] == 0xEF01,
              SECTION, "fpu: the thread has what was written and no more");
        check((fpu_mxcsr & 0x1F80) == 0x1F80 && !(fpu_mxcsr & 0xFFFF0000), SECTION,
              "fpu: of those bits only what the processor has");
        exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(0), ALL(FULL));
        regs[MXCSR] = 0xFFFFFFFF;
        regs[MXCSR + 1] = 0;
        check(exchange(t, L4_EXREGS_CTRLXFER_WRITE, FPU(0), ALL(FULL)) &&
                  exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(0), 1u << MXCSR) &&
                  (regs[MXCSR] & 0x1F80) == 0x1F80 && !(regs[MXCSR] & 0xFFFF0000),
              SECTION, "fpu: nor by a whole item");
        check(!exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(3), 1u << L4_CTRLXFER_FPU_LAST), SECTION,
              "fpu: the last item has twelve words");
        check(!exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(L4_CTRLXFER_FPU_ITEMS), 1), SECTION,
              "fpu: and there is none behind it");
        task_delete_all();
}

/* Uses the unit when it is told to. */
static void fpu_user(void)
{
        for (;;) {
                L4_Receive(self);
                if (L4_StoreMR(1))
                        __asm__ volatile("call fpu_load");
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Send(self);
        }
}

static void let_use(L4_ThreadId_t t, L4_Word_t use)
{
        L4_Set_MsgTag(L4_Tag(0, 1, 0));
        L4_LoadMR(1, use);
        L4_Call_Timeouts(t, PATIENCE, PATIENCE);
}

/* What comes back of FPUUSED and FPU0 + 1 behind it: the registers, or nothing at all. */
enum news { NEW, OLD, WRONG };
static enum news news(L4_ThreadId_t t)
{
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_READ};
        unsigned int id, second = 1 + 1 + FULL;
        L4_Word_t mask;

        L4_Set_MsgTag(L4_Tag(0, 0, 2 * (1 + FULL)));
        L4_LoadMR(1, L4_CtrlXferWord(L4_CTRLXFER_ID_FPUUSED, ALL(FULL)) | L4_ITEM_CONTINUED);
        L4_LoadMR(second, L4_CtrlXferWord(FPU(1), 1));
        L4_LoadMR(second + 1, 0xBAD);
        L4_ExchangeRegisters(t, &r);
        if (L4_StoreMR(1) == L4_CtrlXferWord(L4_CTRLXFER_ID_FPUUSED, 0))
                return L4_StoreMR(second + 1) == 0xBAD ? OLD : WRONG;
        L4_StoreCtrlXferItem(1, &id, &mask, regs);
        return id == FPU(0) && mask == ALL(FULL) && L4_StoreMR(second + 1) != 0xBAD ? NEW : WRONG;
}

static void used(void)
{
        L4_ThreadId_t t = task_thread(L4_nilthread, fpu_user);

        *L4_UtcbWord(task_local_id(t), L4_UTCB_BR0) = L4_ACCEPT_CTRLXFER;
        L4_Sleep(BRIEFLY);
        check(news(t) == NEW, SECTION, "fpu: FPUUSED reads what nobody has read");
        check(news(t) == OLD, SECTION, "fpu: and nothing where nothing is new");
        let_use(t, 0);
        check(news(t) == OLD, SECTION, "fpu: nor after the thread has run without the unit");
        let_use(t, 1);
        check(news(t) == NEW && is_one(&regs[8]), SECTION,
              "fpu: FPUUSED reads what the thread has done to its registers");
        check(news(t) == OLD, SECTION, "fpu: once");
        check(exchange(t, L4_EXREGS_CTRLXFER_READ, FPU(0), ALL(FULL)) && is_one(&regs[8]), SECTION,
              "fpu: while FPU0 is always read");
        let_use(t, 1);
        check(news(t) == NEW, SECTION, "fpu: what it does again is new again");
        let_use(t, 1);
        regs[9] = 0xC0000000;
        check(exchange(t, L4_EXREGS_CTRLXFER_WRITE, FPU(0), 1u << 9) && news(t) == OLD, SECTION,
              "fpu: what is written is not new to who wrote it");
        check(!exchange(t, L4_EXREGS_CTRLXFER_WRITE, L4_CTRLXFER_ID_FPUUSED, ALL(FULL)), SECTION,
              "fpu: and nothing is written by the name FPUUSED");
        task_delete_all();
}

/* The items of a fault's message, in order, as many as there is room for. */
static void in_faults(void)
{
        L4_ThreadId_t t = task_space_waiting(self);
        unsigned int end, id;
        L4_Word_t mask;

        if (!L4_HasFeature(L4_FEATURE_PFSTATE)) {
                task_delete_all();
                return;
        }
        fpu_told = 0;
        check(L4_ConfCtrlXfer(t, L4_FAULT_PAGEFAULT,
                              L4_FAULTCONF_GP | L4_FAULTCONF_FPU0 | L4_FAULTCONF_FPU0 << 2 |
                                  L4_FAULTCONF_FPU0 << 3),
              SECTION, "fpu: page faults can be asked to carry items of it");
        start_by_message(t, (void (*)(void))fpu_fault, task_stack(t));
        do /* the pattern's page, and others of the image, are faults too */
                next_event(t, mr);
        while (mr[1] != FAR && !fpu_told);
        check(L4_TypedWords((L4_MsgTag_t){mr[0]}) == GP + 2 * (1 + FULL), SECTION,
              "fpu: the message has the general registers, and two items more find room");
        end = L4_StoreCtrlXferItem(3 + GP, &id, &mask, regs);
        check(id == FPU(0) && mask == ALL(FULL) && is_one(&regs[8]), SECTION,
              "fpu: first the first, with the top of the stack");
        L4_StoreCtrlXferItem(end, &id, &mask, regs);
        check(id == FPU(2) && mask == ALL(FULL) && is_pattern(&regs[XMM0]), SECTION,
              "fpu: then what was asked for next, with XMM0");
        regs[XMM0] = 0xFACE;
        end = L4_LoadCtrlXferItem(1, FPU(2), ALL(FULL), regs);
        regs[L4_CTRLXFER_GP_EIP] = (L4_Word_t)fpu_tell;
        end = L4_LoadCtrlXferItem(end, L4_CTRLXFER_ID_GP, 1u << L4_CTRLXFER_GP_EIP, regs);
        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        L4_Send_Timeout(t, PATIENCE);
        let_run(t);
        check(fpu_told == 1 && fpu_seen[0] == 0xFACE && fpu_seen[3] == fpu_pattern[3], SECTION,
              "fpu: an item in the answer sets the registers");
        task_delete_all();
}

void area_fpustate(void)
{
        exchanged();
        used();
        in_faults();
}
