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

/* Both are flat: nothing but that is asked of %cs and %ss later. */
static bool watch_descriptors(struct watched *code, struct watched *stack)
{
        uint32_t cs = vcpu.ab.seg[SEG_CS], ss = vcpu.ab.seg[SEG_SS];

        return !((cs | ss) & 4) && !vcpu.segment[SEG_CS].base && !vcpu.segment[SEG_SS].base &&
               watch(code, vcpu.gdtr.base + (cs & 0xfff8)) &&
               watch(stack, vcpu.gdtr.base + (ss & 0xfff8));
}

static inline void set_flat(uint32_t cs, uint32_t ss)
{
        vcpu.ab.seg[SEG_CS] = cs;
        vcpu.ab.seg[SEG_SS] = ss;
        vcpu.segment[SEG_CS].base = vcpu.segment[SEG_SS].base = 0;
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

enum { GATES = 16, FRAME_WORDS = 6, CLEARED = FLAG_TF | FLAG_RF | FLAG_VM };

static struct known_gate {
        uint32_t epoch, vector;
        struct watched gate, code, stack;
        const uint32_t *task; /* esp0 and ss0 */
        uint32_t eip, cs, ss;
        bool off; /* an interrupt gate */
        bool has_error;
} gates[GATES] __attribute__((aligned(64)));

static inline struct known_gate *gate_of(uint32_t vector)
{
        return &gates[(vector ^ vector >> 4) % GATES];
}

bool __attribute__((regparm(2))) quick_deliver(uint32_t vector, uint32_t error)
{
        const struct known_gate *gate = gate_of(vector);
        uint32_t *to, esp;

        if (vcpu.cpl != 3 || gate->epoch != mmu_epoch || gate->vector != vector ||
            (gate->task[1] & 0xffff) != gate->ss || !stands(&gate->gate) || !stands(&gate->code) ||
            !stands(&gate->stack))
                return false;
        esp = gate->task[0];
        to = stack_at(esp - 4 * FRAME_WORDS, FRAME_WORDS, true);
        if (!to)
                return false;
        to[5] = vcpu.ab.seg[SEG_SS];
        to[4] = vcpu.frame.esp;
        to[3] = flags_image();
        to[2] = vcpu.ab.seg[SEG_CS];
        to[1] = vcpu.frame.eip;
        if (gate->has_error)
                to[0] = error;
        vcpu.frame.esp = esp - (gate->has_error ? 4 * FRAME_WORDS : 4 * FRAME_WORDS - 4);
        vcpu.frame.eip = gate->eip;
        vcpu.frame.eflags &= ~(uint32_t)CLEARED;
        vcpu.flags &= ~(uint32_t)FLAG_NT;
        vcpu.cpl = 0;
        set_flat(gate->cs, gate->ss);
        if (gate->off)
                interrupts_enable(false);
        return true;
}

void quick_remember_gate(uint32_t vector, bool has_error)
{
        enum { INTERRUPT_GATE = 14 };
        struct known_gate *gate = gate_of(vector);
        struct watched task;
        uint32_t epoch = mmu_epoch; /* looking may end it */

        gate->epoch = 0;
        if (!watch(&gate->gate, vcpu.idtr.base + vector % SOFTWARE * 8) ||
            !watch(&task, vcpu.task.base + 4) || !watch_descriptors(&gate->code, &gate->stack))
                return;
        gate->task = task.at;
        gate->vector = vector;
        gate->off = (gate->gate.words[1] >> 8 & 0x1f) == INTERRUPT_GATE;
        gate->has_error = has_error;
        gate->eip = vcpu.frame.eip;
        gate->cs = vcpu.ab.seg[SEG_CS];
        gate->ss = vcpu.ab.seg[SEG_SS];
        gate->epoch = epoch;
}

/* --- back to user mode -------------------------------------------------------------------- */

static struct {
        uint32_t epoch, cs, ss;
        struct watched code, stack;
} back;

bool quick_iret(void)
{
        const uint32_t *from = stack_at(vcpu.frame.esp, 5, false);

        if (!from || back.epoch != mmu_epoch || vcpu.flags & FLAG_NT ||
            (from[1] & 0xffff) != back.cs || (from[4] & 0xffff) != back.ss || from[2] & FLAG_VM ||
            !stands(&back.code) || !stands(&back.stack))
                return false;
        set_flat(back.cs, back.ss);
        vcpu.cpl = 3;
        vcpu.frame.eip = from[0];
        vcpu.frame.esp = from[3];
        flags_set(from[2]);
        segments_drop();
        return true;
}

void quick_remember_iret(void)
{
        uint32_t epoch = mmu_epoch;

        back.epoch = 0;
        if (!watch_descriptors(&back.code, &back.stack))
                return;
        back.cs = vcpu.ab.seg[SEG_CS];
        back.ss = vcpu.ab.seg[SEG_SS];
        back.epoch = epoch;
}
