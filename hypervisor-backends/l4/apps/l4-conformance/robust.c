/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No user action stops the machine: what has no place in the other areas.  Invalid
 * opcodes, int n, bad and null selectors are in exceptions.c, addresses from 3 GB
 * on and faults without a pager in pagefaults.c, dead partners in ipc-errors.c.
 */
#include "check.h"

/* --- segment registers ------------------------------------------------------------ */

static volatile L4_Word_t selector, survived, ticks;

/*
 * With DS, ES, FS and GS as they are never meant to be: a system call by int 0x31,
 * an Ipc by SYSENTER, time for interrupts, and a page fault.  The stack is still
 * there; nothing else is.
 */
static void wrong_segments(void)
{
        L4_Word_t call = L4_syscalls.threadswitch, far_page = (L4_Word_t)arena;

        __asm__ volatile("movl %[sel], %%eax\n\t"
                         "movl %%eax, %%ds\n\t"
                         "movl %%eax, %%es\n\t"
                         "movl %%eax, %%fs\n\t"
                         "movl %%eax, %%gs\n\t"
                         "xorl %%eax, %%eax\n\t"
                         "calll *%[call]\n\t"
                         "movl $0x200000, %%ecx\n"
                         "1:\n\t"
                         "loop 1b\n\t"
                         "pushl %%ebp\n\t"
                         "pushl %%ebx\n\t"
                         "xorl %%eax, %%eax\n\t"
                         "xorl %%edx, %%edx\n\t"
                         "xorl %%ecx, %%ecx\n\t"
                         "xorl %%esi, %%esi\n\t"
                         "call 2f\n"
                         "2:\n\t"
                         "popl %%ebx\n\t"
                         "addl $3f - 2b, %%ebx\n\t"
                         "movl %%esp, %%ebp\n\t"
                         "sysenter\n"
                         "3:\n\t"
                         "popl %%ebx\n\t"
                         "popl %%ebp\n\t"
                         "movl $0x23, %%eax\n\t"
                         "movl %%eax, %%ds\n\t"
                         "movl %%eax, %%es\n\t"
                         "movl %%eax, %%fs\n\t"
                         "movl $0x2B, %%eax\n\t"
                         "movl %%eax, %%gs"
                         :
                         : [sel] "r"(selector), [call] "r"(call), "D"(far_page)
                         : "eax", "ecx", "edx", "esi", "memory", "cc");
        survived = 1;
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send(self);
}

static void tick_often(void)
{
        for (;;) {
                L4_Sleep(MS(2));
                ticks++;
        }
}

static void segments(void)
{
        static const struct {
                L4_Word_t selector;
                const char *name;
        } tries[] = {
            {0, "robust: null selectors in DS, ES, FS and GS never reach kernel code"},
            {3, "robust: null selectors with a privilege level neither"},
            {L4_USER_GS, "robust: nor does a segment of four bytes"},
            {L4_USER_CS, "robust: nor does one that cannot be written"},
        };
        L4_ThreadId_t t = task_thread(L4_nilthread, tick_often);

        L4_Set_Priority(t, 200);
        for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
                if (check_fatal("A.3", tries[i].name))
                        continue;
                selector = tries[i].selector;
                survived = ticks = 0;
                t = task_space(wrong_segments);
                L4_Receive_Timeout(t, PATIENCE);
                check(survived && ticks, "A.3", tries[i].name);
                task_delete(t);
        }
        task_delete_all();
}

/* --- kernel memory ------------------------------------------------------------------- */

#define FIRST 2000 /* thread numbers nobody uses */
#define MOST  30000

static L4_ThreadId_t hoard_id(unsigned int i)
{
        return L4_GlobalId(L4_ThreadNo(self) + FIRST + i, 1);
}

static void answer(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);

        for (;;) {
                L4_Set_MsgTag(tag);
                tag = L4_ReplyWait(from, &from);
        }
}

static int answers(L4_ThreadId_t t)
{
        L4_Set_MsgTag(L4_Tag(0x77, 0, 0));
        return L4_Label(L4_Call_Timeouts(t, PATIENCE, PATIENCE)) == 0x77;
}

static void memory(void)
{
        L4_ThreadId_t partner = task_space(answer), t;
        unsigned int made = 0;
        L4_Word_t error;

        if (check_fatal("2.4", "robust: kernel memory runs out with an error code"))
                return;
        check(answers(partner), "5.6", "robust: a partner answers");
        while (made < MOST &&
               L4_ThreadControl(hoard_id(made), hoard_id(made), self, L4_nilthread, L4_UTCB_LEAVE))
                made++;
        error = L4_ErrorCode();
        l4_printf("# %u spaces until kernel memory was used up\n", made);
        check(made > 100 && made < MOST && error == L4_ERROR_NOMEM, "2.4",
              "robust: kernel memory runs out with an error code");
        check(answers(partner), "5.6", "robust: what exists goes on without memory");
        t = task_space_waiting(task_pager());
        check(L4_IsNilThread(t), "2.4", "robust: nothing more can be made");
        for (unsigned int i = 0; i < made; i++)
                L4_ThreadControl(hoard_id(i), L4_nilthread, L4_nilthread, L4_nilthread,
                                 L4_UTCB_LEAVE);
        t = task_space(answer);
        check(!L4_IsNilThread(t) && answers(t), "2.4",
              "robust: and everything again when memory is given back");
        task_delete_all();
}

/* --- oneself as a partner ---------------------------------------------------------------- */

static void to_self(void)
{
        L4_MsgTag_t tag;

        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Call_Timeouts(self, MS(5), MS(5));
        check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6", "robust: a call of oneself fails");
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        tag = L4_Call_Timeouts(L4_MyLocalId(), MS(5), MS(5));
        check(failed_with(tag, L4_IPCERR_NONEXIST, 0), "5.6", "robust: also by the local id");
        L4_ThreadSwitch(self);
        L4_ThreadSwitch(L4_MyLocalId());
        check(1, "3.2", "robust: a switch to oneself returns");
}

void area_robust(void)
{
        to_self();
        segments();
        memory();
}
