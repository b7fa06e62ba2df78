/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commonest changes of privilege, done the short way: back to user mode by iret, and out of it
 * through a gate.  What the long way (transfer.c, inject.c) read from the guest's tables and found
 * good is kept, with the places it was read at.  While those words are the same and the
 * translations of their addresses still hold (mmu_epoch), checking them again would find the
 * same; so a guest that changes a gate, a descriptor or its task segment is seen at once.
 *
 * Where nothing but a system call came of it, one round of user code is one function, vcpu_iret():
 * it is the price of each system call, so what it looks at is laid out to be looked at together.
 */
#include "cpu.h"

/*
 * What is known was found under this number; another one: nothing is known.  Finding it may have
 * moved mmu_epoch on: then it is not used, and forgotten before something else is remembered.
 */
static uint32_t known_epoch;

/* Where @bytes of one of the guest's tables are to be seen; NULL: not in one piece. */
static const uint32_t *place(uint32_t address, uint32_t bytes)
{
        struct mmu_fault fault;

        if (address % AB_PAGE_BYTES > AB_PAGE_BYTES - bytes)
                return 0;
        return (const uint32_t *)linear_byte(address, false, &fault);
}

/* Descriptors of %cs and %ss, in this order in the guest's table; both are flat (segment.c). */
struct known_pair {
        const uint32_t *at;
        uint32_t words[4];
        uint32_t cs, ss;
};

/* Those in the registers.  False: they are not what can be kept. */
static bool know_pair(struct known_pair *pair)
{
        uint32_t i, cs = vcpu.ab.seg[SEG_CS], ss = vcpu.ab.seg[SEG_SS];

        if ((cs | ss) & 4 || (ss & 0xfff8) != (cs & 0xfff8) + 8)
                return false;
        pair->at = place(vcpu.gdtr.base + (cs & 0xfff8), sizeof(pair->words));
        if (!pair->at)
                return false;
        for (i = 0; i < 4; i++)
                pair->words[i] = pair->at[i];
        pair->cs = cs;
        pair->ss = ss;
        return true;
}

static inline void set_flat(const struct known_pair *pair)
{
        vcpu.ab.seg[SEG_CS] = pair->cs;
        vcpu.ab.seg[SEG_SS] = pair->ss;
        vcpu.segment[SEG_CS].base = vcpu.segment[SEG_SS].base = 0;
}

/* --- from user mode through a gate ------------------------------------------------------ */

enum { GATES = 16, FRAME_WORDS = 6, CLEARED = FLAG_TF | FLAG_IOPL | FLAG_RF | FLAG_VM };

/* Of nothing that is known. */
#define NO_VECTOR   0xffffffffu
#define NO_SELECTOR 0x10000u

static struct __attribute__((aligned(64))) known_gate {
        uint32_t vector;
        const uint32_t *at;
        uint32_t words[2];
        const uint32_t *task; /* esp0 and ss0 */
        uint32_t eip;
        bool off; /* an interrupt gate */
        bool has_error;
        struct known_pair inner;
} gates[GATES];

/* While a gate is known: below this stack pointer the guest's kernel has room for a frame. */
static uint32_t known_stack;

static struct known_pair back = {.cs = NO_SELECTOR};

static inline struct known_gate *gate_of(uint32_t vector)
{
        return &gates[(vector ^ vector >> 4) % GATES];
}

/* Before something is remembered: what has been is worth nothing if it is older. */
static void forget_old(void)
{
        uint32_t i;

        if (known_epoch == mmu_epoch)
                return;
        for (i = 0; i < GATES; i++)
                gates[i].vector = NO_VECTOR;
        back.cs = NO_SELECTOR;
        known_epoch = mmu_epoch;
}

static bool know_stack(uint32_t esp)
{
        uint32_t to = esp - 4 * FRAME_WORDS;
        struct mmu_fault fault;

        if (to % AB_PAGE_BYTES > AB_PAGE_BYTES - 4 * FRAME_WORDS || !linear_byte(to, true, &fault))
                return false;
        known_stack = esp;
        return true;
}

static inline __attribute__((always_inline)) bool
deliver(const struct known_gate *gate, uint32_t flags, bool has_error, uint32_t error)
{
        uint32_t *to, esp;

        if (known_epoch != mmu_epoch || (gate->task[1] & 0xffff) != gate->inner.ss ||
            !SAME_WORDS(gate->at, gate->words) || !SAME_WORDS(gate->inner.at, gate->inner.words))
                return false;
        esp = gate->task[0];
        if (esp != known_stack && !know_stack(esp))
                return false;
        to = (uint32_t *)esp - FRAME_WORDS;
        to[5] = vcpu.ab.seg[SEG_SS];
        to[4] = vcpu.frame.esp;
        to[3] = flags;
        to[2] = vcpu.ab.seg[SEG_CS];
        to[1] = vcpu.frame.eip;
        if (has_error)
                to[0] = error;
        vcpu.frame.esp = (uint32_t)(has_error ? to : to + 1);
        vcpu.frame.eip = gate->eip;
        vcpu.frame.eflags &= ~(uint32_t)CLEARED;
        vcpu.cpl = 0;
        set_flat(&gate->inner);
        if (gate->off)
                interrupts_enable(false);
        return true;
}

bool __attribute__((regparm(2))) quick_deliver(uint32_t vector, uint32_t error)
{
        const struct known_gate *gate = gate_of(vector);

        if (vcpu.cpl != 3 || gate->vector != vector ||
            !deliver(gate, flags_image(), gate->has_error, error))
                return false;
        flags_clear_nt();
        return true;
}

void quick_remember_gate(uint32_t vector, bool has_error)
{
        enum { INTERRUPT_GATE = 14 };
        struct known_gate *gate = gate_of(vector);

        forget_old();
        gate->vector = NO_VECTOR;
        gate->at = place(vcpu.idtr.base + vector % SOFTWARE * 8, sizeof(gate->words));
        gate->task = place(vcpu.task.base + 4, 8);
        if (!gate->at || !gate->task || !know_pair(&gate->inner) || !know_stack(gate->task[0]))
                return;
        gate->words[0] = gate->at[0];
        gate->words[1] = gate->at[1];
        gate->off = (gate->words[1] >> 8 & 0x1f) == INTERRUPT_GATE;
        gate->has_error = has_error;
        gate->eip = vcpu.frame.eip;
        gate->vector = vector;
}

/* --- back to user mode -------------------------------------------------------------------- */

void quick_remember_iret(void)
{
        forget_old();
        if (!know_pair(&back) || !user_segments_find())
                back.cs = NO_SELECTOR;
}

/*
 * The frame is in the page that the site's call has just written its return address to, so the
 * guest's kernel has it.
 */
static inline __attribute__((always_inline)) bool quick_iret(void)
{
        const uint32_t *from = (const uint32_t *)vcpu.frame.esp;

        if (((vcpu.frame.esp - 4) ^ (vcpu.frame.esp + 19)) >= AB_PAGE_BYTES ||
            known_epoch != mmu_epoch || (from[1] & 0xffff) != back.cs ||
            (from[4] & 0xffff) != back.ss || vcpu.ab.iopl_nt ||
            (from[2] & (FLAG_VM | FLAG_NT | FLAG_IOPL | FLAG_IF)) != FLAG_IF ||
            !SAME_WORDS(back.at, back.words))
                return false;
        set_flat(&back);
        vcpu.cpl = 3;
        vcpu.frame.eip = from[0];
        vcpu.frame.esp = from[3];
        vcpu.frame.eflags = (from[2] & flags_kept) | FLAG_ONE | FLAG_IF;
        interrupts_enable(true);
        segments_drop();
        return true;
}

/* A page fault of user code that the guest is to be told of, and the way to its handler is known.
 */
static inline bool quick_fault(const struct ab_trap *trap)
{
        const struct known_gate *gate = gate_of(TRAP_PF);

        if (!user_is_refused(trap) || gate->vector != TRAP_PF)
                return false;
        vcpu.ab.cr[2] = trap->address;
        if (!deliver(gate, (vcpu.frame.eflags & flags_kept) | FLAG_ONE | FLAG_IF, true,
                     user_refused.error))
                return false;
        user_refused.known = false;
        user_told(trap->address);
        return true;
}

void vcpu_iret(void)
{
        const struct known_gate *gate;
        struct ab_trap trap;

        vcpu.attention &= ~(uint32_t)AT_EXIT_SHADOW;
        if (!quick_iret()) {
                vcpu.vector = AB_VEC_IRET;
                vcpu_dispatch();
                return;
        }
        backend_hold();
        if (user_chores & CHORE_TOLD)
                user_fill_told();
        if (vcpu.attention | vcpu_pending() | user_chores || vcpu.ab.cr[0] & (CR0_TS | CR0_EM) ||
            (user_is_beyond() && !user_returns_from_beyond()) || !user_segments_stand()) {
                backend_release();
                vcpu.attention |= AT_EXIT_FLAGS;
                vcpu_leave();
                return;
        }
        backend_user(&vcpu.frame, &trap);
        gate = gate_of(trap.vector + SOFTWARE);
        if (trap.reason == AB_REASON_INTERRUPT && user_selectors_stand() &&
            gate->vector == trap.vector + SOFTWARE &&
            deliver(gate, (vcpu.frame.eflags & FLAGS_REAL) | FLAG_ONE | FLAG_IF, false, 0))
                backend_release();
        else if (trap.reason == AB_REASON_PAGE_FAULT && user_selectors_stand() &&
                 quick_fault(&trap))
                backend_release();
        else
                user_go_on(&trap);
}
