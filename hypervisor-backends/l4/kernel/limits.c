/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread limits (thesis 3.1, 4.4, A.3): a thread reaches only addresses up to
 * 4096 * (limit + 1) - 1, by the limits of the user segments.
 *
 * The flat user descriptors are rewritten when threads with different limits
 * follow one another; the kernel's exit loads every segment register again,
 * CS and SS by IRET, so none keeps what it cached under another limit.  A
 * limited thread never takes part in the fast path.
 *
 * A limited thread that is not permitted L4 calls (redirection) finds them
 * closed: SYSENTER faults because SYSENTER_CS is 0, int 0x30 and int 0x31
 * because their gates are the kernel's, each at its own address; lock; nop
 * stays an invalid opcode (trap.c); and the segment behind %gs that leads to
 * the UTCB, above any limit, is absent.
 */
#include "ext.h"
#include "gdt.h"
#include "sched.h"
#include "x86.h"

#define LIMIT_FLAT 0xFFFFFu
#define LIMIT_NONE 0xFFFFFFFFu
#define LIMIT_MOST ((USER_TOP >> PAGE_BITS) - 1)
#define LIMIT_BITS 0x000F00000000FFFFull
#define PRESENT    (1ull << 47)

/* What the descriptors say now. */
static u32 loaded_limit = LIMIT_FLAT;
static bool calls_closed;

bool limits_set(struct tcb *t, u32 limit, bool permit)
{
        if (limit != LIMIT_NONE && limit > LIMIT_MOST)
                return false;
        t->limited = limit != LIMIT_NONE;
        t->limit = limit;
        t->redirect = X_REDIRECT && t->limited && !permit;
        if (t->limited)
                t->work |= WORK_LIMIT;
        else
                t->work &= ~WORK_LIMIT;
        if (t == current())
                limits_switch(t);
        return true;
}

static void write_limit(u32 entry, u32 limit)
{
        gdt[entry] = (gdt[entry] & ~LIMIT_BITS) | (limit & 0xFFFF) | (u64)(limit & 0xF0000) << 32;
}

static void close_calls(bool closed)
{
        calls_closed = closed;
        gdt[SEL_UTCB / 8] = closed ? gdt[SEL_UTCB / 8] & ~PRESENT : gdt[SEL_UTCB / 8] | PRESENT;
        gates_for_users(!closed);
        if (cpu_has_sysenter)
                wrmsr(MSR_SYSENTER_CS, closed ? 0 : SEL_KCODE);
}

void limits_switch(struct tcb *to)
{
        u32 limit = to->limited ? to->limit : LIMIT_FLAT;

        if (limit != loaded_limit) {
                write_limit(GDT_UCODE, limit);
                write_limit(GDT_UDATA, limit);
                loaded_limit = limit;
                if (to->limited)
                        fast_block |= FAST_BLOCK_LIMIT;
                else
                        fast_block &= ~FAST_BLOCK_LIMIT;
        }
        if (X_REDIRECT && to->redirect != calls_closed)
                close_calls(to->redirect);
}
