/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IO ports (manual, IA-32 appendix): a space may use the ports set free in
 * its permission bitmap, which the processor reads behind the TSS.
 */
#ifndef L4K_IOPORTS_H
#define L4K_IOPORTS_H

#include "space.h"

/* Range of ports a space was given by another. */
struct grant {
        struct link link;
        struct space *from, *to;
        u32 low, high;
};

void ioports_init(void);
/* Map, or grant, the ports of an IO fpage that `from` has into `to`.  False: no memory. */
bool ioports_map(struct space *from, u32 io_fpage, struct space *to, bool grant);
/* Take ports back (flush: also from s itself); returns 0, ports have no status. */
u32 ioports_unmap(struct space *s, u32 io_fpage, bool flush);
/* sigma0 has every port: let it use these. */
void ioports_allow_sigma0(u32 io_fpage);
void ioports_drop_space(struct space *s);

/*
 * Was this #GP an IO instruction at a port the thread does not have?  Then
 * *io_fpage is what to ask the pager for.
 */
bool ioports_decode(struct frame *f, u32 *io_fpage);

#endif
