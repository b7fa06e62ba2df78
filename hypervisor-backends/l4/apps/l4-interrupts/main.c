/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4-interrupts: an interrupt's message always comes before the message of the
 * preemption it causes (thesis 4.5.3, "preemptmsg").
 *
 * The threads are those of a virtual machine.  "irq" handles a device's interrupt
 * and schedules "kernel"; "kernel" schedules "application", which lives in a
 * space of its own.  Each is tried with the machine idle, with the kernel thread
 * running, and with the application running.  The line stays masked until all
 * messages of an interrupt have been seen, so each order is checked exactly.
 *
 * Two devices interrupt.  The interval timer does at any instruction, but every
 * interrupt of an emulated timer takes tens of microseconds of real time.  The
 * serial port does when software turns its "transmitter empty" interrupt off and
 * on, which is fast enough for millions.  Prints TAP.
 */
#include <l4/sigma0.h>
#include "../common/task.h"

#define DEFAULT_ROUNDS 20000
#define TIMER_ROUNDS   5000
#define GO             0x200 /* label: from kernel to irq */

#define TIMER_IRQ    0
#define PIT_CONTROL  0x43
#define PIT_CHANNEL0 0x40

#define SERIAL_IRQ  4
#define COM1_IER    0x3F9
#define COM1_MCR    0x3FC
#define IER_EMPTY   0x02
#define MCR_OUT2    0x08 /* connects the interrupt line */
#define MCR_DTR_RTS 0x03

static L4_ThreadId_t irq_thread, kernel_thread, app_thread, line;
static volatile L4_Word_t rounds, wanted, interrupts, preemptions, wrong, activations;
static volatile L4_Word_t progress; /* of whoever is interrupted */
static L4_ThreadId_t self;
static int by_timer;
static unsigned int tests, failures;

static void check(int holds, const char *name)
{
        l4_printf("%sok %u - %s\n", holds ? "" : "not ", ++tests, name);
        failures += !holds;
}

/* A period that is no multiple of anything the threads do, and not twice the same. */
static void set_period(L4_Word_t round)
{
        L4_Word_t count = 67 + round % 59;

        l4_outb(PIT_CONTROL, 0x34);
        l4_outb(PIT_CHANNEL0, (uint8_t)count);
        l4_outb(PIT_CHANNEL0, (uint8_t)(count >> 8));
}

/* The serial port's line goes down and up again. */
static void raise_line(void)
{
        l4_outb(COM1_IER, 0);
        l4_outb(COM1_IER, IER_EMPTY);
}

static void empty_message(void)
{
        L4_Set_MsgTag(L4_Tag(0, 0, 0));
}

/* Acknowledge, and wait for whatever comes next: one system call. */
static L4_MsgTag_t acknowledge_and_wait(L4_ThreadId_t *from)
{
        empty_message();
        return L4_Ipc(line, L4_anythread, L4_Timeouts(L4_Never, L4_Never), from);
}

static L4_Word_t attach(L4_ThreadId_t handler)
{
        return L4_ThreadControl(line, line, L4_nilthread, handler, L4_UTCB_LEAVE);
}

static int is_interrupt(L4_MsgTag_t tag, L4_ThreadId_t from)
{
        return L4_IpcSucceeded(tag) && tag.raw == L4_TAG_INTERRUPT && from.raw == line.raw;
}

static int is_preemption(L4_MsgTag_t tag)
{
        return L4_IpcSucceeded(tag) && L4_Label(tag) == L4_LABEL_PREEMPTION;
}

/* Inside a space a sender is seen under its local or its global id. */
static int is_thread(L4_ThreadId_t from, L4_ThreadId_t t)
{
        return from.raw == t.raw || from.raw == task_local_id(t).raw;
}

/*
 * Called by main: from now on it sleeps.  The first interrupt finds this thread
 * running, so it says nothing about order; the first that counts is the next.
 */
static L4_MsgTag_t begin(L4_ThreadId_t *from)
{
        L4_Clock_t start;

        L4_Receive(self);
        if (by_timer)
                set_period(0);
        attach(irq_thread);
        if (!by_timer)
                raise_line();
        for (start = L4_SystemClock(); L4_SystemClock() - start < 1000;)
                ;
        wrong += !is_interrupt(L4_Wait(from), *from);
        if (!by_timer)
                raise_line();
        return acknowledge_and_wait(from);
}

static void end(void)
{
        attach(line);
        empty_message();
        L4_Send(self);
}

/* --- idle: the interrupt's message, and no other ---------------------------------- */

static void irq_idle(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag = begin(&from);

        for (rounds = 0; rounds < wanted; rounds++) {
                if (by_timer && rounds % 256 == 0)
                        set_period(rounds / 256);
                wrong += !is_interrupt(tag, from);
                interrupts++;
                wrong += L4_IpcSucceeded(L4_Wait_Timeout(L4_ZeroTime, &from));
                empty_message();
                wrong += L4_IpcFailed(L4_Call(kernel_thread));
                if (!by_timer)
                        raise_line(); /* arrives when all are waiting */
                tag = acknowledge_and_wait(&from);
        }
        end();
}

static void kernel_idle(void)
{
        L4_ThreadId_t from;

        L4_Wait(&from);
        for (;;) {
                activations++;
                empty_message();
                L4_ReplyWait(from, &from);
        }
}

/* --- the kernel thread is interrupted: two messages to the same thread -------------- */

static void irq_kernel(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag = begin(&from);

        for (rounds = 0; rounds < wanted; rounds++) {
                if (by_timer && rounds % 256 == 0)
                        set_period(rounds / 256);
                wrong += !is_interrupt(tag, from);
                interrupts++;
                tag = L4_Wait(&from);
                wrong += !is_preemption(tag) || !is_thread(from, kernel_thread);
                preemptions++;
                empty_message();
                wrong += L4_IpcFailed(L4_Send_Timeout(kernel_thread, L4_ZeroTime));
                tag = acknowledge_and_wait(&from);
        }
        end();
}

/* Who is interrupted; the serial port has to be told when. */
static void spin(void)
{
        for (;;) {
                progress++;
                if (!by_timer) {
                        for (L4_Word_t n = progress % 61; n; n--)
                                __asm__ volatile("");
                        raise_line();
                }
        }
}

/* --- the application is interrupted: two messages to two threads ---------------------- */

static void irq_application(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag = begin(&from);

        for (rounds = 0; rounds < wanted; rounds++) {
                if (by_timer && rounds % 256 == 0)
                        set_period(rounds / 256);
                wrong += !is_interrupt(tag, from);
                wrong += preemptions != interrupts;
                interrupts++;
                tag = L4_Wait(&from);
                wrong += L4_Label(tag) != GO;
                tag = acknowledge_and_wait(&from);
        }
        end();
}

static void kernel_application(void)
{
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);

        for (;;) {
                wrong += !is_preemption(tag) || from.raw != app_thread.raw;
                preemptions++;
                wrong += interrupts != preemptions;
                empty_message();
                wrong += L4_IpcFailed(L4_Send_Timeout(app_thread, L4_ZeroTime));
                L4_Set_MsgTag(L4_Tag(GO, 0, 0));
                tag = L4_Ipc(irq_thread, L4_anythread, L4_Timeouts(L4_Never, L4_Never), &from);
        }
}

/* --- set up ----------------------------------------------------------------------------- */

/* Preemption messages of t to its new scheduler. */
static void schedule_by(L4_ThreadId_t t, L4_ThreadId_t scheduler)
{
        L4_Schedule(t, -1u, -1u, -1u, L4_SCHED_PREEMPTMSG, NULL);
        L4_ThreadControl(t, t, scheduler, L4_nilthread, L4_UTCB_LEAVE);
}

static L4_ThreadId_t thread_of(L4_Word_t prio, int own_space)
{
        L4_ThreadId_t t = own_space ? task_space_waiting(task_pager())
                                    : task_thread_waiting(L4_nilthread, task_pager());

        L4_Schedule(t, L4_TimeControl(L4_Never, L4_Never), -1u, prio, -1u, NULL);
        return t;
}

/* The two threads of every phase; the line goes to the first of them. */
static void prepare(void (*irq_code)(void), void (*kernel_code)(void))
{
        interrupts = preemptions = wrong = activations = progress = 0;
        irq_thread = thread_of(200, 0);
        kernel_thread = thread_of(150, 0);
        task_start(irq_thread, irq_code);
        task_start(kernel_thread, kernel_code);
}

/* Let all come to where they wait or spin, past their first faults. */
static void settle(void)
{
        L4_Sleep(L4_TimePeriod(20000));
}

static void interrupt_them(const char *whom)
{
        L4_Clock_t start = L4_SystemClock();

        empty_message();
        L4_Call(irq_thread);
        l4_printf("# %s: %u interrupts, %u preemptions, %u wrong, in %llu us\n", whom, interrupts,
                  preemptions, wrong, L4_SystemClock() - start);
        check(interrupts == wanted, whom);
        l4_outb(COM1_IER, 0);
}

static void idle(void)
{
        prepare(irq_idle, kernel_idle);
        settle();
        interrupt_them("the idle machine is interrupted that often");
        check(wrong == 0, "idle: each interrupt is one message, which no preemption follows");
        check(activations == wanted, "idle: each activates the kernel thread");
        task_delete_all();
}

static void kernel(void)
{
        prepare(irq_kernel, spin);
        settle();
        schedule_by(kernel_thread, irq_thread);
        interrupt_them("the kernel thread is interrupted that often");
        check(wrong == 0, "kernel: each interrupt's message comes before the preemption's");
        check(preemptions == wanted && progress > wanted,
              "kernel: each preempts the thread once, which goes on between them");
        task_delete_all();
}

static void application(void)
{
        prepare(irq_application, kernel_application);
        app_thread = thread_of(100, 1);
        task_start(app_thread, spin);
        settle();
        schedule_by(app_thread, kernel_thread);
        interrupt_them("the application is interrupted that often");
        check(wrong == 0, "application: irq has the interrupt before kernel has the preemption");
        check(preemptions == wanted && progress > wanted,
              "application: each preempts the thread once, which goes on between them");
        task_delete_all();
}

static void all_three(int timer, L4_Word_t count)
{
        by_timer = timer;
        wanted = count;
        line = L4_GlobalId(timer ? TIMER_IRQ : SERIAL_IRQ, 1);
        l4_printf("# by the %s\n", timer ? "timer" : "serial port");
        idle();
        kernel();
        application();
}

int main(void)
{
        L4_Word_t count = task_parameter();

        self = L4_MyGlobalId();
        task_init();
        L4_Accept(L4_Nilpage, 0);
        l4_outb(COM1_MCR, MCR_OUT2 | MCR_DTR_RTS);
        all_three(1, TIMER_ROUNDS);
        all_three(0, count ? count : DEFAULT_ROUNDS);
        l4_printf("1..%u\n", tests);
        return (int)failures;
}
