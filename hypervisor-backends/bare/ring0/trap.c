/* SPDX-License-Identifier: BSD-2-Clause */
/* Traps: from user mode they end backend_user(), from ring 0 they go to the wedge. */
#include "ring0.h"

enum { PAGE_FAULT = 14, HAVE_ERROR = 0x27d00, USER_FLAGS = 0x00240dd5 };

static struct ab_frame *user_frame;
static struct ab_trap *user_trap;
static bool fpu_trap;

static uint32_t fault_address(void)
{
        uint32_t address;

        asm volatile("movl %%cr2,%0" : "=r"(address));
        return address;
}

static void copy_frame(struct ab_frame *to, const struct raw_frame *from, uint32_t esp)
{
        to->edi = from->edi;
        to->esi = from->esi;
        to->ebp = from->ebp;
        to->esp = esp;
        to->ebx = from->ebx;
        to->edx = from->edx;
        to->ecx = from->ecx;
        to->eax = from->eax;
        to->eip = from->eip;
        to->eflags = from->eflags;
}

static bool is_irq(uint32_t vector)
{
        return vector >= IRQ_VECTOR && vector < IRQ_VECTOR + 16;
}

static void describe(struct ab_trap *trap, const struct raw_frame *raw)
{
        trap->vector = raw->vector;
        trap->error = raw->error;
        trap->address = raw->vector == PAGE_FAULT ? fault_address() : 0;
        if (is_irq(raw->vector))
                trap->reason = AB_REASON_EVENT;
        else if (raw->vector == PAGE_FAULT)
                trap->reason = AB_REASON_PAGE_FAULT;
        else
                trap->reason = raw->vector < 32 ? AB_REASON_EXCEPTION : AB_REASON_INTERRUPT;
}

/*
 * Line 7 is also what an 8259 says when it has nothing to say, and what
 * backend_release() enters: nothing to acknowledge.
 */
static void interrupt(uint32_t line)
{
        if (line != 7 && line != 15)
                ring0_irq(line);
        else if (line == 15)
                outb(0x20, 0x20);
}

/* Deliver what has come while this delivery ran, too; then go on at @frame. */
static void deliver(struct ab_frame *frame)
{
        while (ring0_event_there()) {
                ring0_held = true;
                interrupts_on();
                wedge_event(frame);
                interrupts_off();
        }
        ring0_held = false;
        ring0_resume(frame);
}

static bool task_was_switched(uint32_t vector);

/*
 * Ring 0 may also `int n' to a vector of an exception with an error code, and no code is pushed
 * then: everything from there on is one word lower.
 */
static bool is_software_interrupt(const struct raw_frame *raw)
{
        return (HAVE_ERROR >> raw->vector & 1) && raw->vector < 32 && raw->eip == KERNEL_CS &&
               raw->cs != KERNEL_CS;
}

static void software_interrupt_of_ring0(const struct raw_frame *raw)
{
        struct ab_frame frame;
        struct ab_trap trap = {AB_REASON_INTERRUPT, raw->vector, 0, 0};
        bool held = ring0_held;

        copy_frame(&frame, raw, (uint32_t)&raw->user_esp - 4);
        frame.eip = raw->error;
        frame.eflags = raw->cs;
        ring0_held = true;
        interrupts_on();
        wedge_trap(&frame, &trap);
        interrupts_off();
        if (!held)
                deliver(&frame);
        ring0_resume(&frame);
}

static void trap_of_ring0(struct raw_frame *raw)
{
        struct ab_frame frame;
        struct ab_trap trap;
        bool held = ring0_held;

        copy_frame(&frame, raw, (uint32_t)&raw->user_esp);
        if (is_irq(raw->vector)) {
                interrupt(raw->vector - IRQ_VECTOR);
                if (!held && ring0_event_there())
                        deliver(&frame);
                return;
        }
        if (task_was_switched(raw->vector))
                return;
        describe(&trap, raw);
        ring0_held = true;
        interrupts_on();
        wedge_trap(&frame, &trap);
        interrupts_off();
        if (!held)
                deliver(&frame);
        ring0_resume(&frame);
}

void ring0_trap(struct raw_frame *raw)
{
        if (is_software_interrupt(raw))
                software_interrupt_of_ring0(raw);
        if (!(raw->cs & 3)) {
                trap_of_ring0(raw);
                return;
        }
        if (is_irq(raw->vector)) {
                interrupt(raw->vector - IRQ_VECTOR);
                if (!ring0_event_there())
                        return;
        }
        copy_frame(user_frame, raw, raw->user_esp);
        describe(user_trap, raw);
        ring0_leave_user();
}

static void set_task_switched(void)
{
        uint32_t cr0;

        asm volatile("movl %%cr0,%0" : "=r"(cr0));
        asm volatile("movl %0,%%cr0" : : "r"(cr0 | 8));
}

/*
 * Ring 0 could not push onto its stack: have the page mapped and let the processor do
 * again what it was about.  Where the guest itself has no such page it has lost its stack.
 */
void ring0_double_fault(void)
{
        const uint32_t *task = ring0_interrupted();
        struct ab_frame frame = {.eip = task[8],
                                 .eflags = task[9],
                                 .eax = task[10],
                                 .ecx = task[11],
                                 .edx = task[12],
                                 .ebx = task[13],
                                 .esp = task[14],
                                 .ebp = task[15],
                                 .esi = task[16],
                                 .edi = task[17]};
        struct ab_trap trap = {AB_REASON_PAGE_FAULT, PAGE_FAULT, 2, fault_address()};
        uint32_t eip = frame.eip;

        asm volatile("clts");
        ring0_lost_irqs();
        wedge_trap(&frame, &trap);
        if (frame.eip != eip)
                backend_fatal("the guest kernel has no stack");
}

/* Switching tasks has set CR0.TS; nothing in ring 0 wants to know. */
static bool task_was_switched(uint32_t vector)
{
        uint32_t cr0;

        asm volatile("movl %%cr0,%0" : "=r"(cr0));
        if (vector != 7 || !(cr0 & 8))
                return false;
        asm volatile("clts");
        return true;
}

void AB_FAST backend_user(struct ab_frame *frame, struct ab_trap *trap)
{
        interrupts_off();
        if (ring0_event_there()) {
                trap->reason = AB_REASON_EVENT;
                trap->vector = trap->error = trap->address = 0;
        } else {
                user_frame = frame;
                user_trap = trap;
                if (fpu_trap)
                        set_task_switched();
                else
                        asm volatile("clts");
                ring0_enter_user(frame);
                asm volatile("clts");
        }
        frame->eflags &= USER_FLAGS | 0x202;
        interrupts_on();
}

void backend_fpu_save(void *area)
{
        asm volatile("fxsave (%0)" : : "r"(area) : "memory");
}

void backend_fpu_load(const void *area)
{
        asm volatile("fxrstor (%0)" : : "r"(area) : "memory");
}

bool backend_fpu_trap(bool on)
{
        fpu_trap = on;
        return true;
}
