/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded threads: their user segments do not reach the top of the address
 * space, because of a thread limit (limits.c), or do not start at its bottom,
 * because they run in a small space (smallspace.c).
 *
 * There are two descriptor tables.  The first is for unbounded threads; the second holds the
 * segments of the bounded thread that ran last and, where it has such, its own descriptors
 * (tls.c).  So a switch between a bounded and an unbounded thread is one LGDT, and descriptors
 * are written only when another bounded thread with others comes.  An exit to a bounded
 * thread, or the first after one, loads every segment register (entry.S), and
 * bounded threads leave by IRET alone, which loads CS and SS; so no register keeps
 * what it cached under another table.
 *
 * A limited thread that is not permitted L4 calls (redirection) finds them
 * closed: SYSENTER faults because SYSENTER_CS is 0; int 0x30 and int 0x31 are told as the
 * faults they would be without a gate (trap.c); lock; nop stays an invalid opcode; and
 * the segment behind %gs that leads to the UTCB, above any limit, is absent.
 *
 * The fast path tells by the user segments alone whether the table is right for a bounded
 * thread.  So those of a special thread, with descriptors of its own or closed calls, have
 * a bit the processor ignores.
 */
#include "ext.h"
#include "gdt.h"
#include "sched.h"
#include "space.h"
#include "x86.h"

#define DESC_PRESENT (1ull << 47)
#define DESC_CODE    0x800u      /* bit 11 of the high word: data becomes code */
#define DATA3_FLAGS  0x00C0F300u /* present, ring 3, writable data; 32 bits, page units */

u64 gdt_bounded[GDT_COUNT];
struct table_pointer gdt_pointer = {sizeof(gdt) - 1, (u32)gdt};
struct table_pointer gdt_bounded_pointer = {sizeof(gdt_bounded) - 1, (u32)gdt_bounded};

u32 calls_closed;
struct tcb *bounds_owner;
static bool has_tls; /* somebody's entries are in the table */

void bounds_init(void)
{
        memcpy(gdt_bounded, gdt, sizeof(gdt));
}

void bounds_update(struct tcb *t)
{
        u32 base = space_base(t->space), last = space_last_page(t->space);

        if (t->limited && t->limit < last)
                last = t->limit;
        t->redirect = t->limited && t->closed;
        t->work &= (u16) ~(WORK_BOUNDS | WORK_REDIRECT);
        if (t->redirect)
                t->work |= WORK_REDIRECT;
        if (last != PAGE_NONE) {
                t->work |= WORK_BOUNDS;
                t->last_page = last;
                t->seg_low = (last & 0xFFFF) | base << 16;
                t->seg_high =
                    (base >> 16 & 0xFF) | DATA3_FLAGS | (last & 0xF0000) | (base & 0xFF000000);
                if (t->work & (WORK_REDIRECT | WORK_TLS))
                        t->seg_high |= DATA3_SPECIAL;
        }
        bounds_forget(t);
        if (t == current()) {
                bounds_switch(t);
                if (X_TLS)
                        tls_switch(t);
                if (X_DEBUG)
                        debug_switch(t);
        }
}

void bounds_forget(struct tcb *t)
{
        if (bounds_owner == t)
                bounds_owner = NULL;
}

u32 bounds_top(const struct tcb *t)
{
        return t->work & WORK_BOUNDS ? (t->last_page + 1) << PAGE_BITS : USER_TOP;
}

static void close_calls(bool closed)
{
        calls_closed = closed;
        if (cpu_has_sysenter)
                wrmsr(MSR_SYSENTER_CS, closed ? 0 : SEL_KCODE);
}

/* A symbol of its own: the benchmark counts how often descriptors are written. */
static void __attribute__((noinline)) write_segments(u32 low, u32 high)
{
        gdt_bounded[GDT_UDATA] = (u64)high << 32 | low;
        gdt_bounded[GDT_UCODE] = (u64)(high | DESC_CODE) << 32 | low;
}

static bool is_special(u64 segment)
{
        return segment >> 32 & DATA3_SPECIAL;
}

static u64 segment_of(const struct tcb *t)
{
        return (u64)t->seg_high << 32 | t->seg_low;
}

void bounds_load(struct tcb *t)
{
        u64 now = gdt_bounded[GDT_UDATA];

        if (is_special(now) || t->seg_high & DATA3_SPECIAL) {
                gdt_bounded[SEL_UTCB / 8] = gdt[SEL_UTCB / 8];
                if (t->redirect)
                        gdt_bounded[SEL_UTCB / 8] &= ~DESC_PRESENT;
                if (X_TLS && (t->tls_live || has_tls)) {
                        tls_bounded(t, &gdt_bounded[GDT_TLS]);
                        has_tls = t->tls_live;
                }
                bounds_owner = t->seg_high & DATA3_SPECIAL ? t : NULL;
                /* One with breakpoints is switched to by switch_resources() alone. */
                if (X_DEBUG && t->work & WORK_DEBUG)
                        bounds_owner = NULL;
        }
        if (now != segment_of(t))
                write_segments(t->seg_low, t->seg_high);
}

/* The table of bounded threads holds what t needs. */
static bool is_loaded(const struct tcb *t)
{
        return t->seg_high & DATA3_SPECIAL ? t == bounds_owner
                                           : gdt_bounded[GDT_UDATA] == segment_of(t);
}

void bounds_switch(struct tcb *to)
{
        bool loaded = fast_block & FAST_BLOCK_BOUNDS;

        if (to->work & WORK_BOUNDS) {
                if (!is_loaded(to))
                        bounds_load(to);
                if (!loaded) {
                        asm volatile("lgdt %0" : : "m"(gdt_bounded_pointer));
                        fast_block |= FAST_BLOCK_BOUNDS;
                }
        } else if (loaded) {
                asm volatile("lgdt %0" : : "m"(gdt_pointer));
                fast_block &= ~FAST_BLOCK_BOUNDS;
        }
        if (X_REDIRECT && to->redirect != calls_closed)
                close_calls(to->redirect);
}
