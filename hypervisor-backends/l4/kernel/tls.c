/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-thread segment descriptors: GDT entries 6, 7 and 8 are the running
 * thread's, so that programs can keep thread-local data behind %gs (Linux
 * programs load 0x33, 0x3B or 0x43).  They are set by a control transfer item.
 *
 * A descriptor is stored only in a harmless form: a present data segment of
 * ring 3, or none.  Where it reaches into the kernel's area, paging protects
 * that, as it does for the flat segments.
 *
 * For a bounded thread (bounds.c) no descriptor may reach above its bound, which is in
 * the way of programs that address below the base with a segment of 4 GB that
 * wraps around (glibc does).  Such a segment is given in one of two forms:
 * expand-up from the base to the bound, or expand-down from 0 to the base.
 * When an access misses the one, the #GP changes to the other.
 */
#include "ext.h"
#include "gdt.h"
#include "sched.h"
#include "space.h"
#include "x86.h"

#define TLS_ENTRIES   3
#define HIGH_PRESENT  BIT(15)
#define HIGH_DPL3     (3u << 13)
#define HIGH_SYSTEM   BIT(12) /* set: code or data */
#define HIGH_ACCESSED BIT(8)
#define HIGH_KEEP     0xFFDF07FFu /* base, limit, G, D, AVL; expand-down, writable, accessed */

void tls_set(struct tcb *t, u32 word, u32 value)
{
        u64 *d = &t->tls[word / 2];

        if (word % 2 == 0) {
                *d = (*d & 0xFFFFFFFF00000000ull) | value;
        } else {
                if (value & HIGH_PRESENT)
                        value = (value & HIGH_KEEP) | HIGH_PRESENT | HIGH_DPL3 | HIGH_SYSTEM |
                                HIGH_ACCESSED;
                else
                        value = 0;
                *d = (*d & 0xFFFFFFFFull) | (u64)value << 32;
        }
}

void tls_changed(struct tcb *t)
{
        t->tls_live = (t->tls[0] | t->tls[1] | t->tls[2]) >> 32 != 0;
        if (t->tls_live)
                t->work |= WORK_TLS;
        else
                t->work &= ~WORK_TLS;
        if (X_BOUNDS)
                bounds_update(t);
        else if (t == current())
                tls_switch(t);
}

/* --- bounded threads ------------------------------------------------------------ */

#define DESC_BASE(d)  ((u32)((d) >> 16 & 0xFFFFFF) | (u32)((d) >> 56) << 24)
#define DESC_LIMIT(d) ((u32)((d)&0xFFFF) | (u32)((d) >> 32 & 0xF0000))
#define DESC_PRESENT  (1ull << 47)
#define DESC_PAGES    (1ull << 55)
#define DESC_BIG      (1ull << 54)
#define DESC_DOWN     (1ull << 42)
#define LIMIT_FIELD   0x000F00000000FFFFull
#define BASE_FIELD    0xFF0000FFFFFF0000ull
#define WHOLE_LIMIT   0xFFFFFu

/* 4 GB from its base, around the top of the address space. */
static bool wraps(u64 d)
{
        return (d & DESC_PRESENT) && (d & DESC_PAGES) && !(d & DESC_DOWN) &&
               DESC_LIMIT(d) == WHOLE_LIMIT;
}

static u64 with_limit(u64 d, u32 field)
{
        return (d & ~LIMIT_FIELD) | (field & 0xFFFF) | (u64)(field & 0xF0000) << 32;
}

/* The part of d from its base up that lies below `top`. */
static u64 upper_form(u64 d, u32 top)
{
        u32 base = DESC_BASE(d), last = DESC_LIMIT(d), most;

        if (!(d & DESC_PRESENT) || (d & DESC_DOWN) || base >= top)
                return 0;
        if (d & DESC_PAGES)
                last = last << 12 | 0xFFF;
        most = top - base - 1;
        last = last < most ? last : most;
        if (last <= WHOLE_LIMIT)
                return with_limit(d & ~DESC_PAGES, last);
        /* Whole pages only; one that is cut by the limit is left out. */
        return with_limit(d | DESC_PAGES, ((last + 1) >> 12) - 1);
}

/* The part of a wrapping d below its base: offsets from -base to -1. */
static u64 lower_form(u64 d, u32 top)
{
        u32 base = DESC_BASE(d);

        if (!wraps(d) || base > top || base < PAGE_SIZE)
                return 0;
        return with_limit(d | DESC_PAGES | DESC_BIG | DESC_DOWN, ~base >> 12);
}

static u64 moved(u64 d, u32 by)
{
        u32 base = DESC_BASE(d) + by;

        return (d & ~BASE_FIELD) | (u64)(base & 0xFFFFFF) << 16 | (u64)(base >> 24) << 56;
}

/* What the processor gets for entry i of bounded t. */
static u64 form_for(const struct tcb *t, u32 i)
{
        u64 d = t->tls[i];

        d = t->tls_lower & BIT(i) ? lower_form(d, bounds_top(t)) : upper_form(d, bounds_top(t));
        return d ? moved(d, space_base(t->space)) : 0;
}

bool tls_flip(struct tcb *t, const struct frame *f)
{
        u32 i = f->gs / 8 - GDT_TLS, mark = 0;

        if (!X_BOUNDS || !(t->work & WORK_BOUNDS) || (f->gs & 7) != 3 || i >= TLS_ENTRIES ||
            !wraps(t->tls[i]))
                return false;
        /* Both forms missed, with the same registers: the fault is real. */
        for (u32 n = offsetof(struct frame, edi) / 4; n <= offsetof(struct frame, eax) / 4; n++)
                mark = mark * 31 + ((const u32 *)f)[n];
        mark = mark * 31 + f->eip;
        if (mark == t->tls_mark && ++t->tls_tries > 1) {
                t->tls_tries = 0;
                t->tls_mark = 0;
                return false;
        }
        if (mark != t->tls_mark)
                t->tls_tries = 0;
        t->tls_mark = mark;
        t->tls_lower ^= BIT(i);
        t->tls_flips++;
        bounds_forget(t);
        bounds_switch(t);
        return true;
}

void tls_bounded(const struct tcb *t, u64 *entries)
{
        for (u32 i = 0; X_BOUNDS && i < TLS_ENTRIES; i++)
                entries[i] = form_for(t, i);
}

void tls_switch(struct tcb *to)
{
        bool live = to->tls_live && !(to->work & WORK_BOUNDS);

        if (!live && !(fast_block & FAST_BLOCK_TLS))
                return;
        for (u32 i = 0; i < TLS_ENTRIES; i++)
                gdt[GDT_TLS + i] = live ? to->tls[i] : 0;
        fast_block = live ? fast_block | FAST_BLOCK_TLS : fast_block & ~FAST_BLOCK_TLS;
}
