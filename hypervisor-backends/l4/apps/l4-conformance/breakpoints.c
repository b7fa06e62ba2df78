/* SPDX-License-Identifier: BSD-2-Clause */
/* Per-thread breakpoints ("debug"). */
#include "check.h"

#define SECTION  "debug"
#define RF       L4_EFLAGS_RF
#define TF       0x100u
#define ENABLE   0x1u  /* of breakpoint 0, locally */
#define SET      0x2Fu /* DR0 to DR3, DR7 */
#define STEP     0x4000u
#define KINDS(n) (16 + 4 * (n))
#define ENDLESS  10u /* strikes of what would never end */
#define FAILED   99u

/* Bits of DR7 for breakpoint 0: what strikes, and how many bytes. */
enum { EXECUTE = 0, WRITE = 1, IO = 2, ACCESS = 3 };
enum { BYTE = 0, PAIR = 1, EIGHT = 2, FOUR = 3 };

/* What the thread does, by the number in its message. */
enum { DO_CODE, DO_WRITE, DO_READ, DO_NEXT, DO_LOAD_SS, DO_STRING, DO_NOTHING };

/* bp_code: an instruction that is struck, and one behind it. */
__asm__(".text\nbp_run:\n\tincl bp_before\nbp_code:\tincl bp_count\n\tret\n"
        "bp_write:\n\tmovb $1, bp_data+4\nbp_written:\tret\n");
extern char bp_code[], bp_written[];
void bp_run(void);
void bp_write(void);
volatile uint32_t bp_before, bp_count;
uint8_t bp_data[16] __attribute__((aligned(16)));

static L4_ThreadId_t actor;
static struct {
        L4_Word_t words[L4_EXC_WORDS + 1];
        L4_Word_t eip, vector, error;
} last;

static void act(L4_Word_t what)
{
        L4_Word_t to = 0, from = 0, timeouts = 0, tag = 0, message = 0;
        uint8_t byte;

        switch (what) {
        case DO_CODE:
                bp_run();
                break;
        case DO_WRITE:
                bp_write();
                break;
        case DO_READ:
                __asm__ volatile("movb bp_data+4, %0" : "=q"(byte) : : "memory");
                break;
        case DO_NEXT:
                __asm__ volatile("movb $1, bp_data+5\n\tmovb $1, bp_data+3" : : : "memory");
                break;
        case DO_LOAD_SS:
                /* An Ipc to nobody and from nobody, returning to what EBX has, with ESP of EBP. */
                __asm__ volatile("movl %%esp, %%ebp\n\tmovl $1f, %%ebx\n\t"
                                 "movw bp_data+4, %%ss\n\tint $0x30\n1:"
                                 : "+a"(to), "+d"(from), "+c"(timeouts), "+S"(tag), "+D"(message)
                                 :
                                 : "ebx", "ebp", "memory");
                break;
        }
}

static void acts(void)
{
        L4_Set_ExceptionHandler(self);
        L4_Accept(L4_Nilpage, L4_ACCEPT_CTRLXFER);
        for (;;) {
                L4_Word_t what;

                L4_Receive(self);
                what = L4_StoreMR(1);
                act(what);
                if (what == DO_STRING) {
                        L4_LoadStringItem(1, bp_data, sizeof(bp_data));
                        L4_Set_MsgTag(L4_Tag(0, 0, 2));
                } else {
                        L4_Set_MsgTag(L4_Tag(0, 0, 0));
                }
                L4_Send(self);
        }
}

/* Debug registers of @t: @address in all four.  What DR7 is then. */
static L4_Word_t set(L4_ThreadId_t t, const void *address, L4_Word_t control)
{
        L4_Word_t regs[L4_CTRLXFER_DEBUG_WORDS] = {(L4_Word_t)address, (L4_Word_t)address,
                                                   (L4_Word_t)address, (L4_Word_t)address};
        struct L4_ExRegs r = {.control = L4_EXREGS_CTRLXFER_WRITE};
        unsigned int end;

        regs[L4_CTRLXFER_DEBUG_DR7] = control;
        end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_DEBUG, SET, regs);
        L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
        L4_ExchangeRegisters(t, &r);
        r = (struct L4_ExRegs){.control = L4_EXREGS_CTRLXFER_READ};
        L4_LoadMR(1, L4_CtrlXferWord(L4_CTRLXFER_ID_DEBUG, 1u << L4_CTRLXFER_DEBUG_DR7));
        L4_LoadMR(2, 0xBAD);
        L4_Set_MsgTag(L4_Tag(0, 0, 2));
        L4_ExchangeRegisters(t, &r);
        return L4_StoreMR(2);
}

static L4_Word_t control(L4_Word_t access, L4_Word_t length)
{
        return ENABLE | (access | length << 2) << KINDS(0);
}

static void watch(const void *address, L4_Word_t access, L4_Word_t length)
{
        set(actor, address, control(access, length));
}

/* Answer the last exception; the thread goes on with @flags set. */
static void go_on(L4_Word_t flags)
{
        last.words[L4_EXC_MR_EFLAGS] = (last.words[L4_EXC_MR_EFLAGS] & ~TF) | flags;
        for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
                L4_LoadMR(i, last.words[i]);
        L4_Set_MsgTag(L4_Tag(0, L4_EXC_WORDS, 0));
        L4_Send_Timeout(actor, PATIENCE);
}

/* The thread says that it has done what it was to do. */
static int has_done(void)
{
        L4_MsgTag_t tag = L4_Receive_Timeout(actor, PATIENCE);

        return L4_IpcSucceeded(tag) && tag.raw != L4_TAG_EXCEPTION;
}

/* Have the thread do something: how often it is struck until it has.  The last is kept. */
static unsigned int strikes(L4_Word_t what, L4_Word_t flags)
{
        unsigned int count = 0;

        L4_LoadMR(1, what);
        L4_Set_MsgTag(L4_Tag(0, 1, 0));
        if (L4_IpcFailed(L4_Send_Timeout(actor, PATIENCE)))
                return FAILED;
        for (;;) {
                L4_MsgTag_t tag = L4_Receive_Timeout(actor, PATIENCE);

                if (L4_IpcFailed(tag))
                        return FAILED;
                if (tag.raw != L4_TAG_EXCEPTION)
                        return count;
                for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
                        last.words[i] = L4_StoreMR(i);
                last.eip = last.words[L4_EXC_MR_EIP];
                last.vector = last.words[L4_EXC_MR_VECTOR];
                last.error = last.words[L4_EXC_MR_ERROR];
                if (++count == ENDLESS)
                        return ENDLESS;
                go_on(flags);
        }
}

static void execution(void)
{
        watch(bp_code, EXECUTE, BYTE);
        bp_count = 0;
        check(strikes(DO_CODE, RF) == 1, SECTION, "breakpoints: one for execution strikes, once");
        check(last.vector == 1 && last.eip == (L4_Word_t)bp_code, SECTION,
              "breakpoints: it is vector 1, before the instruction");
        check(last.error == 1, SECTION, "breakpoints: its message has DR6");
        check(bp_count == 1, SECTION, "breakpoints: with RF the instruction is executed");
        check(strikes(DO_CODE, RF) == 1, SECTION, "breakpoints: and strikes the next time");
        check(strikes(DO_CODE, 0) == ENDLESS, SECTION, "breakpoints: without RF it strikes again");
        go_on(RF);
        check(has_done(), SECTION, "breakpoints: until it is set");
        check(strikes(DO_CODE, RF | TF) == ENDLESS && last.error == STEP, SECTION,
              "breakpoints: DR6 tells a single step from one");
        go_on(RF);
        check(has_done(), SECTION, "breakpoints: which ends with its flag");
        bp_run();
        check(1, SECTION, "breakpoints: another thread is not struck");
        set(actor, bp_code, 0);
        check(strikes(DO_CODE, RF) == 0, SECTION, "breakpoints: nor is this one any more");
}

static void data(void)
{
        static const char *const names[] = {"breakpoints: of one byte", "breakpoints: of two", NULL,
                                            "breakpoints: of four"};

        watch(&bp_data[4], WRITE, BYTE);
        check(strikes(DO_WRITE, 0) == 1 && last.error == 1, SECTION,
              "breakpoints: one for writing strikes");
        check(last.eip == (L4_Word_t)bp_written, SECTION, "breakpoints: behind the instruction");
        check(strikes(DO_READ, 0) == 0, SECTION, "breakpoints: but not for reading");
        watch(&bp_data[4], ACCESS, BYTE);
        check(strikes(DO_READ, 0) == 1, SECTION, "breakpoints: another strikes for that");
        check(strikes(DO_WRITE, 0) == 1, SECTION, "breakpoints: and for writing");
        for (L4_Word_t length = BYTE; length <= FOUR; length++) {
                if (length == EIGHT)
                        continue;
                watch(&bp_data[4], WRITE, length);
                check(strikes(DO_NEXT, 0) == (length != BYTE), SECTION, names[length]);
        }
        set(actor, &bp_data[4], ENABLE << 4 | WRITE << KINDS(2));
        check(strikes(DO_WRITE, 0) == 1 && last.error == 4, SECTION,
              "breakpoints: DR6 names the third");
        watch(&bp_data[12], WRITE, FOUR);
        check(strikes(DO_WRITE, 0) == 0, SECTION, "breakpoints: elsewhere nothing strikes");
}

/* What the kernel does with memory that is watched is nobody's business. */
static void in_the_kernel(void)
{
        L4_Accept(L4_Nilpage, L4_ACCEPT_STRINGS);
        L4_LoadStringBuffer(1, arena, 64, 0);
        bp_data[4] = 0x5A;
        watch(&bp_data[4], ACCESS, BYTE);
        check(strikes(DO_STRING, 0) == 0 && arena[4] == 0x5A, SECTION,
              "breakpoints: the kernel copies what is watched, and nothing is told");
        L4_Accept(L4_Nilpage, 0);
        check(strikes(DO_READ, 0) == 1 && last.error == 1, SECTION,
              "breakpoints: and the next access strikes");
        *(volatile L4_Word_t *)&bp_data[4] = L4_USER_DS;
        check(strikes(DO_LOAD_SS, 0) <= 1, SECTION,
              "breakpoints: a load of SS does not bring one into the kernel");
        check(strikes(DO_READ, 0) == 1, SECTION, "breakpoints: which goes on as it was");
}

static void refused(L4_Word_t address, L4_Word_t value, const char *name)
{
        check(!(set(actor, (const void *)address, value) & 0xFF), SECTION, name);
}

static void what_is_refused(void)
{
        L4_Word_t mine = (L4_Word_t)bp_data;

        refused(L4_USER_END, control(WRITE, BYTE), "breakpoints: none at the kernel's addresses");
        refused(0xFFFFFFFF, control(ACCESS, FOUR), "breakpoints: nor at the last");
        refused(0xF0100000, control(EXECUTE, BYTE), "breakpoints: nor for its code");
        refused(mine, control(IO, BYTE), "breakpoints: none for ports");
        refused(mine, control(WRITE, EIGHT), "breakpoints: none of eight bytes");
        refused(mine, control(EXECUTE, FOUR), "breakpoints: none for execution of four");
        check(!(set(actor, bp_data, control(WRITE, BYTE) | 0x2000) & 0x2000), SECTION,
              "breakpoints: DR7.GD stays clear");
        check(set(actor, bp_data, control(WRITE, FOUR)) == (control(WRITE, FOUR) | 0x400), SECTION,
              "breakpoints: a legal one reads as it was set");
        set(actor, bp_data, 0);
        check(strikes(DO_NOTHING, 0) == 0, SECTION, "breakpoints: and the thread runs on");
}

/* Each of two threads has its own. */
static void stays_with_its_thread(void)
{
        L4_ThreadId_t first = actor, second = task_thread(L4_nilthread, acts);

        L4_Sleep(BRIEFLY);
        watch(&bp_data[4], WRITE, BYTE);
        actor = second;
        check(strikes(DO_WRITE, 0) == 0, SECTION, "breakpoints: a second thread has none");
        watch(bp_code, EXECUTE, BYTE);
        check(strikes(DO_WRITE, 0) == 0 && strikes(DO_CODE, RF) == 1, SECTION,
              "breakpoints: but its own");
        actor = first;
        check(strikes(DO_CODE, RF) == 0 && strikes(DO_WRITE, 0) == 1, SECTION,
              "breakpoints: and the first what it had");
}

void area_breakpoints(void)
{
        actor = task_thread(L4_nilthread, acts);
        L4_Sleep(BRIEFLY);
        execution();
        data();
        in_the_kernel();
        what_is_refused();
        stays_with_its_thread();
        task_delete_all();
}
