/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-thread segment descriptors: GDT entries 6, 7 and 8 are the running
 * thread's, so that programs can keep thread-local data behind %gs (Linux
 * programs load 0x33, 0x3B or 0x43).  They are set by a control transfer item.
 *
 * A descriptor is stored only in a harmless form: a present data segment of
 * ring 3, or none.  Where it reaches into the kernel's area, paging protects
 * that, as it does for the flat segments.
 */
#include "ext.h"
#include "gdt.h"

#define HIGH_PRESENT BIT(15)
#define HIGH_DPL3    (3u << 13)
#define HIGH_SYSTEM  BIT(12) /* set: code or data */
#define HIGH_CODE    BIT(11)
#define HIGH_ACCESSED BIT(8)
#define HIGH_KEEP    0xFFDF0700u /* base, limit, G, D, AVL; expand-down, writable, accessed */

/* Entries the GDT holds for whoever ran last; zero if none. */
static bool loaded;

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
        t->tls_live = (t->tls[0] | t->tls[1] | t->tls[2]) >> 32 != 0;
        if (t->tls_live)
                t->work |= WORK_TLS;
        else
                t->work &= ~WORK_TLS;
        if (t == current())
                tls_switch(t);
}

void tls_switch(struct tcb *to)
{
        if (!to->tls_live && !loaded)
                return;
        for (u32 i = 0; i < 3; i++)
                gdt[GDT_TLS + i] = to->tls[i];
        loaded = to->tls_live;
}
