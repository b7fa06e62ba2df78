/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Markers around what is measured: no-operations that QEMU's counting plugin
 * knows (testsuite/bench/qemu-plugin).  What happens between them besides
 * instructions, such as gates and switches of address spaces, is counted there,
 * measurement by measurement.
 */
#ifndef APPS_MARK_H
#define APPS_MARK_H

#include <l4/types.h>

enum mark {
        M_OFF,   /* not counted */
        M_THERE, /* counted: a round trip, or its first half */
        M_BACK,  /* the second half, where the two are counted apart */
        M_NEXT,  /* the next measurement begins; not counted */
};

/* nopl MARK_BASE + M(%eax): seven bytes, of which three say that it is a marker. */
#define MARK_BASE 0xAB0C0D00

L4_INLINE void mark(const enum mark m)
{
        __asm__ volatile(".byte 0x0F, 0x1F, 0x80\n\t.long %c0" : : "i"(MARK_BASE + m) : "memory");
}

#endif /* APPS_MARK_H */
