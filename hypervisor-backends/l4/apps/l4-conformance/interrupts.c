/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt threads: association, delivery, acknowledgement [2.4, 7.1]. */
#include "check.h"

#define PIT_IRQ      0
#define PIT_CONTROL  0x43
#define PIT_CHANNEL0 0x40
#define PIT_HZ       1193182

static L4_ThreadId_t irq(L4_Word_t n)
{
        return L4_GlobalId(n, 1);
}

static L4_Word_t attach(L4_Word_t n, L4_ThreadId_t handler)
{
        return L4_ThreadControl(irq(n), irq(n), L4_nilthread, handler, L4_UTCB_LEAVE);
}

L4_ThreadId_t timer_line(void)
{
        return irq(PIT_IRQ);
}

L4_Word_t timer_attach(L4_ThreadId_t handler)
{
        return attach(PIT_IRQ, handler);
}

/* Mode 0. */
void timer_once(unsigned int ms)
{
        l4_outb(PIT_CONTROL, 0x30);
        l4_outb(PIT_CHANNEL0, (uint8_t)(PIT_HZ * ms / 1000));
        l4_outb(PIT_CHANNEL0, (uint8_t)(PIT_HZ * ms / 1000 >> 8));
}

static void unprivileged(void)
{
        shared[0] = timer_attach(L4_MyGlobalId());
        shared[1] = L4_ErrorCode();
        L4_Send(self);
}

/* Acknowledge, and wait for the next interrupt. */
static L4_MsgTag_t acknowledge(L4_Time_t patience)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
        return L4_Call_Timeouts(timer_line(), PATIENCE, patience);
}

static void delivery(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        timer_once(10);
        tag = L4_Wait_Timeout(PATIENCE, &from);
        check(L4_IpcSucceeded(tag), "7.1", "interrupts: a timer interrupt arrives");
        check(from.raw == timer_line().raw, "7.1", "interrupts: from the interrupt's thread");
        check(tag.raw == L4_TAG_INTERRUPT, "7.1", "interrupts: label -1, no words");
        timer_once(10);
        tag = L4_Wait_Timeout(MS(60), &from);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "7.1",
              "interrupts: none before the acknowledgement");
        tag = acknowledge(PATIENCE);
        check(L4_IpcSucceeded(tag), "7.1", "interrupts: then the one that came meanwhile");
}

/*
 * One interrupt at a time, each awaited on the clock: "before its time" is also what
 * a clock looks like that was calibrated on a machine kept from running.
 */
static void one_each(void)
{
        unsigned int early = 0, again = 0, lost = 0;

        acknowledge(MS(60));
        for (unsigned int i = 0; i < 5; i++) {
                L4_Clock_t start = L4_SystemClock();

                timer_once(8);
                lost += L4_IpcFailed(L4_Receive_Timeout(timer_line(), PATIENCE));
                early += L4_SystemClock() - start < 7500;
                again += L4_IpcSucceeded(acknowledge(MS(20)));
        }
        check(lost == 0, "7.1", "interrupts: wait and acknowledge, five times");
        check(early == 0, "7.1", "interrupts: none comes before its time");
        check(again == 0, "7.1", "interrupts: each is a new interrupt");
}

void area_interrupts(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag;

        check(timer_attach(self) == 1, "2.4", "interrupts: a handler can be attached");
        delivery();
        one_each();
        check(timer_attach(timer_line()) == 1, "2.4", "interrupts: and detached");
        tag = L4_Wait_Timeout(MS(60), &from);
        check(failed_with(tag, L4_IPCERR_TIMEOUT, 1), "7.1", "interrupts: after that none arrive");
        check(attach(2, self) == 0, "2.4", "interrupts: the cascade cannot be attached");
        check(attach(L4_ThreadIdSystemBase(), self) == 0, "2.4",
              "interrupts: no interrupt beyond the last line");
        task_space(unprivileged);
        L4_Wait_Timeout(PATIENCE, NULL);
        check(shared[0] == 0 && shared[1] == L4_ERROR_NOPRIVILEGE, "2.4",
              "interrupts: refused to an unprivileged thread");
}
