/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery through the guest's interrupt descriptor table, as the processor does it: gate,
 * code segment, stack from the task segment where the privilege changes, frame.  Tables are
 * read anew each time.
 */
#include "cpu.h"

enum { GATE_TASK = 5, GATE_INTERRUPT16 = 6, GATE_TRAP16 = 7, GATE_INTERRUPT = 14, GATE_TRAP = 15 };

/* What is delivered. */
struct event {
        uint32_t vector;
        uint32_t error;
        bool has_error;
        bool software;  /* int n, int3, into: the gate's privilege counts */
        uint32_t bytes; /* length of the instruction, if software: eip is behind it */
};

static const uint32_t with_error = 1 << TRAP_DF | 1 << TRAP_TS | 1 << TRAP_NP | 1 << TRAP_SS |
                                   1 << TRAP_GP | 1 << TRAP_PF | 1 << TRAP_AC;

static bool fails(struct cpu_fault *fault, uint32_t vector, uint32_t error)
{
        fault->vector = vector;
        fault->error = error;
        return false;
}

static bool read_system(uint32_t gva, void *buffer, uint32_t bytes, struct cpu_fault *fault)
{
        struct mmu_fault mmu;

        if (linear_read(gva, buffer, bytes, &mmu))
                return true;
        fault->address = mmu.address;
        return fails(fault, TRAP_PF, mmu.error);
}

/* ss0 and esp0 of the task segment. */
static bool inner_stack(uint32_t *esp, uint32_t *ss, struct vcpu_segment *segment,
                        struct cpu_fault *fault)
{
        uint32_t stack[2];

        if (!(vcpu.task_selector & 0xfffc) || vcpu.task.limit < 11)
                return fails(fault, TRAP_TS, vcpu.task_selector & 0xfffc);
        if (!read_system(vcpu.task.base + 4, stack, 8, fault))
                return false;
        *esp = stack[0];
        *ss = stack[1] & 0xffff;
        return stack_check(*ss, 0, TRAP_TS, segment, fault);
}

/* Write `count' words of `bytes' each below `esp', the last first. */
static bool push_frame(uint32_t esp, const uint32_t *words, uint32_t count, uint32_t bytes,
                       struct cpu_fault *fault)
{
        struct mmu_fault mmu;
        uint16_t narrow[6];
        uint32_t i;
        bool ok;

        if (bytes == 4) {
                ok = linear_write(esp - 4 * count, words, 4 * count, &mmu);
        } else {
                for (i = 0; i < count; i++)
                        narrow[i] = words[i];
                ok = linear_write(esp - 2 * count, narrow, 2 * count, &mmu);
        }
        if (ok)
                return true;
        fault->address = mmu.address;
        return fails(fault, TRAP_PF, mmu.error);
}

static bool deliver(const struct event *event, struct cpu_fault *fault)
{
        struct vcpu_segment code, stack;
        uint32_t gate[2], frame[6], count = 0, type, selector, bytes;
        uint32_t external = event->software ? 0 : 1, idt_error = event->vector * 8 + 2 + external;
        uint32_t esp = vcpu.frame.esp, ss = vcpu.ab.seg[SEG_SS], cpl = vcpu.cpl, rights;
        bool inward;

        if (event->vector * 8 + 7 > vcpu.idtr.limit)
                return fails(fault, TRAP_GP, idt_error);
        if (!read_system(vcpu.idtr.base + event->vector * 8, gate, 8, fault))
                return false;
        type = gate[1] >> 8 & 0x1f;
        if (type < GATE_TASK || (type > GATE_TRAP16 && type != GATE_INTERRUPT && type != GATE_TRAP))
                return fails(fault, TRAP_GP, idt_error);
        if (event->software && (gate[1] >> 13 & 3) < cpl)
                return fails(fault, TRAP_GP, idt_error);
        if (!(gate[1] & 0x8000))
                return fails(fault, TRAP_NP, idt_error);
        if (type == GATE_TASK)
                vcpu_crash(event->vector == TRAP_DF ? "double fault" : "a task gate was used");

        selector = gate[0] >> 16;
        if (!(selector & 0xfffc))
                return fails(fault, TRAP_GP, external);
        if (!descriptor_read(selector, &code, fault)) {
                if (fault->vector != TRAP_PF)
                        fault->error |= external;
                return false;
        }
        rights = code.rights;
        if ((rights & (RIGHTS_SEGMENT | RIGHTS_CODE)) != (RIGHTS_SEGMENT | RIGHTS_CODE) ||
            RIGHTS_DPL(rights) > cpl)
                return fails(fault, TRAP_GP, (selector & 0xfffc) | external);
        if (!(rights & RIGHTS_PRESENT))
                return fails(fault, TRAP_NP, (selector & 0xfffc) | external);
        if (!(rights & RIGHTS_ACCESSED) && !descriptor_touch(selector, RIGHTS_ACCESSED, fault))
                return false;

        if (!(rights & RIGHTS_CONFORM) && RIGHTS_DPL(rights) < cpl) {
                if (RIGHTS_DPL(rights))
                        vcpu_crash("a gate to privilege 1 or 2 was used");
                if (!inner_stack(&esp, &ss, &stack, fault)) {
                        if (fault->vector != TRAP_PF)
                                fault->error |= external;
                        return false;
                }
                cpl = 0;
        }
        if (event->has_error)
                frame[count++] = event->error;
        frame[count++] = vcpu.frame.eip;
        frame[count++] = vcpu.ab.seg[SEG_CS];
        frame[count++] = flags_image();
        if (cpl != vcpu.cpl) {
                frame[count++] = vcpu.frame.esp;
                frame[count++] = vcpu.ab.seg[SEG_SS];
        }
        bytes = type >= GATE_INTERRUPT ? 4 : 2;
        if (!push_frame(esp, frame, count, bytes, fault))
                return false;

        /* nothing can fail any more */
        inward = cpl != vcpu.cpl;
        if (inward)
                segment_set(SEG_SS, ss, &stack);
        vcpu.cpl = cpl;
        segment_set(SEG_CS, (selector & 0xfffc) | cpl, &code);
        vcpu.frame.esp = esp - bytes * count;
        vcpu.frame.eip =
            bytes == 4 ? (gate[0] & 0xffff) | (gate[1] & 0xffff0000) : gate[0] & 0xffff;
        vcpu.frame.eflags &= ~(uint32_t)(FLAG_TF | FLAG_IOPL | FLAG_RF | FLAG_VM);
        flags_clear_nt();
        if (type == GATE_INTERRUPT || type == GATE_INTERRUPT16)
                interrupts_enable(false);
        if (inward && bytes == 4)
                quick_remember_gate(event->vector | (event->software ? SOFTWARE : 0),
                                    event->has_error);
        return true;
}

static bool is_contributory(uint32_t vector)
{
        return vector == TRAP_DE || (vector >= TRAP_TS && vector <= TRAP_GP);
}

/* What becomes of exception `second' raised while `first' was being delivered. */
static bool is_double_fault(uint32_t first, uint32_t second)
{
        if (first == TRAP_PF)
                return second == TRAP_PF || is_contributory(second);
        return is_contributory(first) && is_contributory(second);
}

static void deliver_or_fault(struct event event)
{
        struct cpu_fault fault = {0, 0, 0};

        while (!deliver(&event, &fault)) {
                if (event.vector == TRAP_DF && !event.software)
                        vcpu_crash("triple fault");
                if (fault.vector == TRAP_PF)
                        vcpu.ab.cr[2] = fault.address;
                if (event.software)
                        vcpu.frame.eip -= event.bytes;
                if (!event.software && event.vector < 32 &&
                    is_double_fault(event.vector, fault.vector))
                        event = (struct event){TRAP_DF, 0, true, false, 0};
                else
                        event = (struct event){fault.vector, fault.error,
                                               with_error >> fault.vector & 1, false, 0};
        }
}

/* What a debug exception says in DR6; the backend tells where there are breakpoints. */
static uint32_t debug_status(uint32_t told)
{
        if (told)
                return told & DR6_STATUS;
        return vcpu.frame.eflags & FLAG_TF ? DR6_STEP : 0;
}

void vcpu_exception(uint32_t vector, uint32_t error)
{
        bool software = vector == TRAP_BP || vector == TRAP_OF;

        if (vector == TRAP_DB)
                vcpu.ab.dr[6] = (vcpu.ab.dr[6] & ~(uint32_t)DR6_STRUCK) | debug_status(error);
        if (!quick_deliver(software ? vector + SOFTWARE : vector, error))
                deliver_or_fault(
                    (struct event){vector, error, with_error >> vector & 1, software, 1});
}

void vcpu_interrupt(uint32_t vector)
{
        if (!quick_deliver(vector, 0))
                deliver_or_fault((struct event){vector, 0, false, false, 0});
}

void vcpu_software_interrupt(uint32_t vector)
{
        if (!quick_deliver(vector + SOFTWARE, 0))
                deliver_or_fault((struct event){vector, 0, false, true, 2});
}

void vcpu_page_fault(uint32_t address, uint32_t error)
{
        vcpu.ab.cr[2] = address;
        if (!quick_deliver(TRAP_PF, error))
                deliver_or_fault((struct event){TRAP_PF, error, true, false, 0});
}
