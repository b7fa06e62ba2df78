/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt controllers (8259A pair) and interrupt threads.
 *
 * A line is masked while its handler works on it: from the moment the message
 * is on its way until the handler sends anything to the interrupt's id.
 */
#include "irq.h"
#include "thread.h"
#include "sched.h"
#include "ipc.h"
#include "clock.h"
#include "ext.h"
#include "memory.h"
#include "x86.h"

#define PIC1_CMD  0x20
#define PIC1_DATA 0x21
#define PIC2_CMD  0xA0
#define PIC2_DATA 0xA1
#define CASCADE   2u
#define EOI       0x20
#define READ_ISR  0x0B

static u32 masked = 0xFFFF;
static struct tcb *handler_of[IRQ_COUNT];
static u32 irq_message[MR_COUNT];

static void update_mask(void)
{
        outb(PIC1_DATA, (u8)masked);
        outb(PIC2_DATA, (u8)(masked >> 8));
}

static void mask(u32 irq)
{
        masked |= BIT(irq);
        update_mask();
}

static void unmask(u32 irq)
{
        masked &= ~BIT(irq);
        update_mask();
}

void irq_init(void)
{
        /* ICW1 to ICW4: vectors from VEC_IRQ, cascade on line 2, 8086 mode. */
        outb(PIC1_CMD, 0x11);
        outb(PIC2_CMD, 0x11);
        outb(PIC1_DATA, VEC_IRQ);
        outb(PIC2_DATA, VEC_IRQ + 8);
        outb(PIC1_DATA, BIT(CASCADE));
        outb(PIC2_DATA, CASCADE);
        outb(PIC1_DATA, 1);
        outb(PIC2_DATA, 1);
        masked &= ~(BIT(CASCADE) | BIT(CLOCK_IRQ));
        update_mask();
        irq_message[0] = LABEL(LABEL_INTERRUPT, 0);
}

static void end_of_interrupt(u32 irq)
{
        if (irq >= 8)
                outb(PIC2_CMD, EOI);
        outb(PIC1_CMD, EOI);
}

/* Lines 7 and 15 also report noise; then they are not in service. */
static bool is_spurious(u32 irq)
{
        u16 port = irq == 7 ? PIC1_CMD : PIC2_CMD;

        if (irq != 7 && irq != 15)
                return false;
        outb(port, READ_ISR);
        if (inb(port) & 0x80)
                return false;
        if (irq == 15)
                outb(PIC1_CMD, EOI);
        return true;
}

static void deliver(u32 irq)
{
        struct tcb *t = thread_table[irq], *handler = handler_of[irq];

        if (ipc_accepts(handler, t->id, NULL)) {
                t->mr = irq_message;
                t->state = S_HALTED;
                ipc_transfer(t, handler);
                /* Beyond the message's words: whom it interrupts. */
                if (X_PREEMPT_MSG)
                        handler->mr[1] = current()->id;
                ipc_complete(handler, t->id);
                sched_ready(handler);
        } else {
                t->mr = irq_message;
                t->state = S_POLLING;
                link_add_tail(&handler->senders, &t->sending);
        }
}

void irq_interrupt(struct frame *f)
{
        u32 irq = f->vector - VEC_IRQ;

        if (is_spurious(irq))
                return;
        if (irq == CLOCK_IRQ) {
                clock_tick_ack();
                end_of_interrupt(irq);
                sched_tick(f->cs & 3);
                return;
        }
        mask(irq);
        end_of_interrupt(irq);
        if (handler_of[irq]) {
                deliver(irq);
                if (f->cs & 3)
                        sched_preempt_user();
                else
                        sched_preempt();
        }
}

u32 irq_control(u32 dest, u32 space, u32 pager)
{
        u32 irq = id_number(dest);
        struct tcb *t = thread_table[irq], *handler = thread_resolve(current()->space, pager);

        if (irq == CASCADE || irq == CLOCK_IRQ || dest != id_make(irq, 1))
                return ERR_INVALID_THREAD;
        if (space != dest)
                return ERR_INVALID_SPACE;
        if (pager == dest) {
                if (t == &nobody_tcb)
                        return 0;
                mask(irq);
                t->scheduler = ID_NIL;
                if (t->state == S_POLLING)
                        link_remove(&t->sending);
                t->state = S_HALTED;
                handler_of[irq] = NULL;
                return 0;
        }
        if (!handler || !handler->activated)
                return ERR_INVALID_THREAD;
        if (t == &nobody_tcb) {
                t = page_alloc_reclaiming();
                if (!t)
                        return ERR_NO_MEM;
                t->id = dest;
                t->is_irq = true;
                t->kernel_msg = true;
                link_init(&t->senders);
                link_init(&t->sending);
                sched_thread_init(t, 255);
                thread_table[irq] = t;
        }
        if (t->state == S_POLLING)
                link_remove(&t->sending);
        t->state = S_HALTED;
        t->scheduler = current()->id;
        handler_of[irq] = handler;
        unmask(irq);
        return 0;
}

bool irq_acknowledge(struct tcb *irq, const struct tcb *by)
{
        u32 n = id_number(irq->id);

        if (handler_of[n] != by)
                return false;
        if (irq->state != S_POLLING)
                unmask(n);
        return true;
}

void irq_drop_handler(struct tcb *handler)
{
        for (u32 i = 0; i < IRQ_COUNT; i++) {
                if (handler_of[i] == handler) {
                        mask(i);
                        handler_of[i] = NULL;
                }
        }
}
