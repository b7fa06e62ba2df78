/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt finds a thread in user code ("preemptmsg").  Its handler is told whom it
 * interrupts; where that thread's scheduler waits, the preemption message goes straight into its
 * message registers (kernel/kmsg.c), and is a message like any other.
 */
#include "check.h"

#define SECTION "preemptmsg"
#define HANDLER 200 /* its priority; main's is higher, of the others it is lower */

enum { EAX = 0xA0A0, EBX, ECX, EDX, ESI, EDI, EBP };

static volatile L4_Word_t count, lost, elsewhere, handled, interrupted, handled_before;
static L4_ThreadId_t spinner;
static L4_Word_t mr[L4_NUM_MRS], regs[L4_CTRLXFER_GP_REGS];

/* Counts as long as each register is what it was. */
static void spin(void)
{
        __asm__ volatile("movl %3, %%ebx\n\tmovl %4, %%ecx\n\tmovl %5, %%edx\n\t"
                         "movl %6, %%esi\n\tmovl %7, %%edi\n\tmovl %8, %%ebp\n\t"
                         "movl %2, %%eax\n"
                         "1:\tincl %c0\n\t"
                         "cmpl %2, %%eax\n\tjne 2f\n\tcmpl %3, %%ebx\n\tjne 2f\n\t"
                         "cmpl %4, %%ecx\n\tjne 2f\n\tcmpl %5, %%edx\n\tjne 2f\n\t"
                         "cmpl %6, %%esi\n\tjne 2f\n\tcmpl %7, %%edi\n\tjne 2f\n\t"
                         "cmpl %8, %%ebp\n\tje 1b\n"
                         "2:\tincl %c1\n\tjmp 2b"
                         :
                         : "i"(&count), "i"(&lost), "i"(EAX), "i"(EBX), "i"(ECX), "i"(EDX),
                           "i"(ESI), "i"(EDI), "i"(EBP)
                         : "memory");
}

static void spin_elsewhere(void)
{
        for (;;)
                elsewhere++;
}

static void handle(void)
{
        L4_MsgTag_t tag = L4_Receive(timer_line());

        while (L4_IpcSucceeded(tag)) {
                interrupted = L4_StoreMR(1);
                handled++;
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                tag = L4_Call(timer_line());
        }
}

/* Who waits without a limit is told the short way: so that is ended from here. */
static void watch(void)
{
        struct L4_ExRegs cancel = {.control = L4_EXREGS_ABORT_RCV};

        L4_Sleep(PATIENCE);
        L4_ExchangeRegisters(self, &cancel);
}

/* Someone who spins, and tells us when it is preempted; the interrupt's handler. */
static void set_up(L4_ThreadId_t t)
{
        L4_ThreadId_t handler = task_thread(L4_nilthread, handle);

        spinner = t;
        L4_Set_Priority(handler, HANDLER);
        L4_Set_Priority(task_thread(L4_nilthread, watch), HANDLER);
        timer_attach(handler);
        L4_Sleep(BRIEFLY); /* it has its pages */
        if (L4_HasFeature(L4_FEATURE_CTRLXFER))
                L4_ConfCtrlXfer(t, L4_FAULT_PREEMPTION, L4_FAULTCONF_GP);
        L4_Schedule(t, L4_TimeControl(L4_Never, L4_Never), -1u, 100, L4_SCHED_PREEMPTMSG, NULL);
        handled = lost = elsewhere = 0;
}

static void take_down(void)
{
        timer_attach(timer_line());
        task_delete_all();
}

static void answer(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        L4_Send_Timeout(spinner, L4_ZeroTime);
}

/* The preemption message of an interrupt, and from whom; false if none comes. */
static int preempted(L4_ThreadId_t *from)
{
        L4_MsgTag_t tag;

        /* Whenever we wake from a sleep it is preempted, too. */
        while (L4_IpcSucceeded(L4_Receive_Timeout(spinner, L4_ZeroTime)))
                answer();
        timer_once(5);
        tag = L4_Wait(from);
        for (unsigned int i = 0; i < L4_NUM_MRS; i++)
                mr[i] = L4_StoreMR(i);
        return L4_IpcSucceeded(tag) && L4_Label(tag) == L4_LABEL_PREEMPTION;
}

static int is_as_it_was(void)
{
        return regs[L4_CTRLXFER_GP_EIP] - (L4_Word_t)spin < 128 &&
               regs[L4_CTRLXFER_GP_EAX] == EAX && regs[L4_CTRLXFER_GP_EBX] == EBX &&
               regs[L4_CTRLXFER_GP_ECX] == ECX && regs[L4_CTRLXFER_GP_EDX] == EDX &&
               regs[L4_CTRLXFER_GP_ESI] == ESI && regs[L4_CTRLXFER_GP_EDI] == EDI &&
               regs[L4_CTRLXFER_GP_EBP] == EBP;
}

static int goes_on(volatile L4_Word_t *counter)
{
        L4_Word_t before = *counter;

        L4_Sleep(BRIEFLY);
        return *counter != before;
}

static void told(void)
{
        L4_Clock_t stamp, now;
        L4_ThreadId_t from;

        set_up(task_thread(L4_nilthread, spin));
        check(preempted(&from), SECTION, "preempted: by an interrupt: its scheduler is told");
        now = L4_SystemClock();
        stamp = (L4_Clock_t)mr[2] << 32 | mr[1];
        check(from.raw == task_local_id(spinner).raw, SECTION,
              "preempted: by a thread of its own space, under its local id");
        check(handled == 0, SECTION,
              "preempted: before a handler that has the lower priority of the two");
        check(stamp <= now && now - stamp < 1000000, SECTION, "preempted: when");
        check(state_of_message(mr, regs) && is_as_it_was(), SECTION, "preempted: where");
        check(!goes_on(&count) && handled == 1, SECTION,
              "preempted: it stands still until the answer, the handler does not");
        check(interrupted == spinner.raw, SECTION,
              "interrupted: the handler finds the thread's id in MR1");
        answer();
        check(goes_on(&count) && !lost, SECTION,
              "preempted: an empty answer lets it go on as it was");
        check(preempted(&from) && !goes_on(&count), SECTION, "preempted: and again");
        take_down();
}

static void told_of_another_space(void)
{
        L4_ThreadId_t from;

        set_up(task_space(spin));
        check(preempted(&from) && from.raw == spinner.raw, SECTION,
              "preempted: by a thread of another space, under its global id");
        L4_Sleep(BRIEFLY);
        check(interrupted == spinner.raw, SECTION,
              "interrupted: in MR1 is the id of a thread of another space, too");
        answer();
        check(goes_on(&count) && !lost, SECTION, "preempted: that goes on as it was, too");
        task_delete(spinner);
        handled = 0;
        timer_once(5);
        L4_Sleep(BRIEFLY);
        check(handled == 1 && interrupted != spinner.raw, SECTION,
              "interrupted: and no longer when it is gone");
        take_down();
}

static void lower_scheduler(void)
{
        for (;;) {
                L4_Receive(spinner);
                handled_before = handled;
                L4_Set_MsgTag(L4_Tag(0, 0, 0));
                L4_Send(spinner);
        }
}

static void handler_first(void)
{
        L4_ThreadId_t scheduler = task_thread_waiting(L4_nilthread, task_pager());

        L4_Set_Priority(scheduler, 150);
        spinner = task_thread(L4_nilthread, spin);
        L4_ThreadControl(spinner, self, scheduler, L4_nilthread, L4_UTCB_LEAVE);
        set_up(spinner);
        task_start(scheduler, lower_scheduler);
        handled_before = 99;
        timer_once(5);
        L4_Sleep(BRIEFLY);
        check(handled == 1 && handled_before == 1, SECTION,
              "preempted: a handler that has the higher priority runs before the scheduler");
        check(goes_on(&count) && !lost, SECTION, "preempted: whose answer is as good");
        take_down();
}

/* What else ends the wait than an empty answer. */
static void answered_otherwise(void)
{
        struct L4_ExRegs cancel = {.control = L4_EXREGS_ABORT_RCV | L4_EXREGS_ABORT_SND};
        L4_ThreadId_t from;
        unsigned int end;

        set_up(task_thread(L4_nilthread, spin));
        preempted(&from);
        L4_ExchangeRegisters(spinner, &cancel);
        check(goes_on(&count) && !lost, SECTION, "preempted: cancelled, it goes on as it was");
        preempted(&from);
        L4_Set_MsgTag(L4_Tag(0, 1, 0));
        L4_LoadMR(1, (L4_Word_t)spin_elsewhere);
        L4_Send_Timeout(spinner, L4_ZeroTime);
        check(goes_on(&count) && !elsewhere && !lost, SECTION,
              "preempted: an answer's words set nothing");
        if (L4_HasFeature(L4_FEATURE_CTRLXFER)) {
                preempted(&from);
                regs[L4_CTRLXFER_GP_EIP] = (L4_Word_t)spin_elsewhere;
                end = L4_LoadCtrlXferItem(1, L4_CTRLXFER_ID_GP, 1u << L4_CTRLXFER_GP_EIP, regs);
                L4_Set_MsgTag(L4_Tag(0, 0, end - 1));
                L4_Send_Timeout(spinner, L4_ZeroTime);
                check(goes_on(&elsewhere) && !goes_on(&count), SECTION,
                      "preempted: an answer with registers sets them");
        }
        take_down();
}

void area_preempted(void)
{
        told();
        told_of_another_space();
        handler_first();
        answered_otherwise();
}
