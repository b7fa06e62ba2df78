/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breakpoints: a thread's own debug registers, set by a control transfer item.  They are in the
 * processor while it runs, and nobody else's are: DR7 is cleared when it is left.
 *
 * Only what can strike in user code alone is ever enabled: execution and data breakpoints at user
 * addresses.  The kernel reaches those too, when it copies for a thread; and after a load of SS
 * the exception for its operand comes at the first instruction of the kernel.  Such a strike is
 * forgotten (trap.c): nothing is told of what the kernel did.
 *
 * Addresses are linear, so a thread in a small space (smallspace.c) has none.
 */
#include "ext.h"
#include "sched.h"
#include "space.h"
#include "x86.h"

#define DR6_STEP      BIT(14)
#define DR6_STRUCK    0xFu
#define DR6_CLEAR     0xFFFF0FF0u
#define DR7_FIXED     BIT(10)
#define DR7_EXACT     (BIT(8) | BIT(9)) /* LE and GE, which mean nothing any more */
#define BREAKPOINTS   4
/* Of breakpoint i: how it is enabled, and what it is for. */
#define DR7_ENABLE(i) (3u << 2 * (i))
#define DR7_KIND(i)   (0xFu << (16 + 4 * (i)))

enum { KIND_EXECUTE = 0, KIND_WRITE = 1, KIND_ACCESS = 3, LENGTH_8 = 2 };

static void set_dr6(void)
{
        asm volatile("mov %0, %%dr6" : : "r"(DR6_CLEAR));
}

static void set_dr7(u32 v)
{
        asm volatile("mov %0, %%dr7" : : "r"(v) : "memory");
}

/* Of bytes the processor aligns to their length: so the first says where the others are. */
static bool is_legal(u32 address, u32 kind)
{
        u32 access = kind & 3, length = kind >> 2;

        if (address >= USER_TOP || length == LENGTH_8)
                return false;
        if (access == KIND_EXECUTE)
                return length == 0;
        return access == KIND_WRITE || access == KIND_ACCESS;
}

/* What of DR7 a thread with these registers gets: no bit but of legal breakpoints. */
static u32 legal_control(const u32 *address, u32 control)
{
        u32 legal = DR7_FIXED | (control & DR7_EXACT);

        for (u32 i = 0; i < BREAKPOINTS; i++) {
                if (control & DR7_ENABLE(i) && is_legal(address[i], control >> (16 + 4 * i) & 0xF))
                        legal |= control & (DR7_ENABLE(i) | DR7_KIND(i));
        }
        return legal;
}

void debug_set(struct tcb *t, u32 word, u32 value)
{
        t->debug[word] = word == DEBUG_STATUS ? value & (DR6_STEP | DR6_STRUCK) : value;
}

void debug_changed(struct tcb *t)
{
        u32 control = legal_control(t->debug, t->debug[DEBUG_CONTROL]);

        t->debug[DEBUG_CONTROL] = control;
        if (control & ~(DR7_FIXED | DR7_EXACT))
                t->work |= WORK_DEBUG;
        else
                t->work &= (u16)~WORK_DEBUG;
        if (X_BOUNDS)
                bounds_forget(t);
        if (t == current())
                debug_switch(t);
}

void debug_switch(struct tcb *to)
{
        const u32 *debug = to->debug;
        bool live = to->work & WORK_DEBUG && !space_base(to->space);

        if (fast_block & FAST_BLOCK_DEBUG)
                set_dr7(DR7_FIXED);
        fast_block &= ~FAST_BLOCK_DEBUG;
        if (!live)
                return;
        asm volatile("mov %0, %%dr0\n\tmov %1, %%dr1\n\tmov %2, %%dr2\n\tmov %3, %%dr3"
                     :
                     : "r"(debug[0]), "r"(debug[1]), "r"(debug[2]), "r"(debug[3]));
        set_dr6();
        set_dr7(debug[DEBUG_CONTROL]);
        fast_block |= FAST_BLOCK_DEBUG;
}

/* The processor may tell of those that are not enabled, too: they have any addresses. */
u32 debug_strike(struct tcb *t)
{
        u32 status, told;

        if (!(fast_block & FAST_BLOCK_DEBUG))
                return 0;
        asm volatile("mov %%dr6, %0" : "=r"(status));
        set_dr6();
        told = status & DR6_STEP;
        for (u32 i = 0; i < BREAKPOINTS; i++) {
                if (t->debug[DEBUG_CONTROL] & DR7_ENABLE(i))
                        told |= status & BIT(i);
        }
        t->debug[DEBUG_STATUS] = told;
        return told;
}

void debug_forget(void)
{
        if (fast_block & FAST_BLOCK_DEBUG)
                set_dr6();
}
