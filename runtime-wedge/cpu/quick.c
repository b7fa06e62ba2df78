/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commonest changes of privilege, done the short way: out of user mode through a gate, and
 * back by iret.  What the long way (inject.c, transfer.c) read from the guest's tables and found
 * good is kept, with the places it was read at.  While those words are the same and the
 * translations of their addresses still hold (mmu_epoch), checking them again would find the
 * same; so a guest that changes a gate, a descriptor or its task segment is seen at once.
 */
#include "cpu.h"

/* Two words of one of the guest's tables. */
struct watched {
        const uint32_t *at;
        uint32_t words[2];
};

/* False: they cannot be watched. */
static bool watch(struct watched *watched, uint32_t address)
{
        struct mmu_fault fault;

        if (address % AB_PAGE_BYTES > AB_PAGE_BYTES - 8)
                return false;
        watched->at = (const uint32_t *)linear_byte(address, false, &fault);
        if (!watched->at)
                return false;
        watched->words[0] = watched->at[0];
        watched->words[1] = watched->at[1];
        return true;
}

static inline bool stands(const struct watched *watched)
{
        return watched->at[0] == watched->words[0] && watched->at[1] == watched->words[1];
}

static bool watch_descriptor(struct watched *watched, uint32_t selector)
{
        return !(selector & 4) && watch(watched, vcpu.gdtr.base + (selector & 0xfff8));
}

/* Where the wedge writes or reads @words words of the stack at @esp; NULL: not in one piece. */
static inline uint32_t *stack_at(uint32_t esp, uint32_t words, bool write)
{
        struct mmu_fault fault;

        if (esp % AB_PAGE_BYTES > AB_PAGE_BYTES - 4 * words)
                return 0;
        return (uint32_t *)linear_byte(esp, write, &fault);
}

/* --- from user mode through a gate ------------------------------------------------------ */

static struct known_gate {
        uint32_t epoch, vector;
        bool software, off; /* off: an interrupt gate */
        struct watched gate, code, stack;
        const uint32_t *task; /* esp0 and ss0 */
        uint32_t eip, cs, ss;
        struct vcpu_segment code_segment, stack_segment;
} gates[16];

static uint32_t gate_of(uint32_t vector)
{
        return (vector ^ vector >> 4) % 16;
}

bool quick_deliver(uint32_t vector, bool software, bool has_error, uint32_t error)
{
        struct known_gate *gate = &gates[gate_of(vector)];
        uint32_t count = has_error ? 6 : 5, *to, esp;

        if (vcpu.cpl != 3 || gate->epoch != mmu_epoch || gate->vector != vector ||
            gate->software != software || (gate->task[1] & 0xffff) != gate->ss ||
            !stands(&gate->gate) || !stands(&gate->code) || !stands(&gate->stack))
                return false;
        esp = gate->task[0] - 4 * count;
        to = stack_at(esp, count, true);
        if (!to)
                return false;
        if (has_error)
                *to++ = error;
        to[0] = vcpu.frame.eip;
        to[1] = vcpu.ab.seg[SEG_CS];
        to[2] = flags_image();
        to[3] = vcpu.frame.esp;
        to[4] = vcpu.ab.seg[SEG_SS];
        segment_set(SEG_CS, gate->cs, &gate->code_segment);
        segment_set(SEG_SS, gate->ss, &gate->stack_segment);
        vcpu.cpl = 0;
        vcpu.frame.esp = esp;
        vcpu.frame.eip = gate->eip;
        vcpu.frame.eflags &= ~(uint32_t)(FLAG_TF | FLAG_RF | FLAG_VM);
        vcpu.flags &= ~(uint32_t)FLAG_NT;
        if (gate->off)
                interrupts_enable(false);
        return true;
}

void quick_remember_gate(uint32_t vector, bool software)
{
        enum { INTERRUPT_GATE = 14 };
        struct known_gate *gate = &gates[gate_of(vector)];
        uint32_t cs = vcpu.ab.seg[SEG_CS], ss = vcpu.ab.seg[SEG_SS];
        struct watched task;

        gate->epoch = 0;
        if (!watch(&gate->gate, vcpu.idtr.base + vector * 8) || !watch(&task, vcpu.task.base + 4) ||
            !watch_descriptor(&gate->code, cs) || !watch_descriptor(&gate->stack, ss))
                return;
        gate->task = task.at;
        gate->vector = vector;
        gate->software = software;
        gate->off = (gate->gate.words[1] >> 8 & 0x1f) == INTERRUPT_GATE;
        gate->eip = vcpu.frame.eip;
        gate->cs = cs;
        gate->ss = ss;
        gate->code_segment = vcpu.segment[SEG_CS];
        gate->stack_segment = vcpu.segment[SEG_SS];
        gate->epoch = mmu_epoch;
}

/* --- back to user mode -------------------------------------------------------------------- */

static struct {
        uint32_t epoch, cs, ss;
        struct watched code, stack;
        struct vcpu_segment code_segment, stack_segment;
} back;

bool quick_iret(void)
{
        const uint32_t *from = stack_at(vcpu.frame.esp, 5, false);

        if (!from || back.epoch != mmu_epoch || vcpu.flags & FLAG_NT ||
            (from[1] & 0xffff) != back.cs || (from[4] & 0xffff) != back.ss || from[2] & FLAG_VM ||
            !stands(&back.code) || !stands(&back.stack))
                return false;
        segment_set(SEG_CS, back.cs, &back.code_segment);
        segment_set(SEG_SS, back.ss, &back.stack_segment);
        vcpu.cpl = 3;
        vcpu.frame.eip = from[0];
        vcpu.frame.esp = from[3];
        flags_set(from[2]);
        segments_drop();
        return true;
}

void quick_remember_iret(void)
{
        uint32_t cs = vcpu.ab.seg[SEG_CS], ss = vcpu.ab.seg[SEG_SS];

        back.epoch = 0;
        if (!watch_descriptor(&back.code, cs) || !watch_descriptor(&back.stack, ss))
                return;
        back.cs = cs;
        back.ss = ss;
        back.code_segment = vcpu.segment[SEG_CS];
        back.stack_segment = vcpu.segment[SEG_SS];
        back.epoch = mmu_epoch;
}
