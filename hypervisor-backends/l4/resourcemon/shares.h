/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has the processor: on kernels with zero time slices the monitor alone decides
 * between machines, by giving its own time away.
 */
#ifndef RESOURCEMON_SHARES_H
#define RESOURCEMON_SHARES_H

#include "vm.h"

/* This kernel can do it. */
int shares_possible(void);
/*
 * Or it can at least bound what the threads of a wedge use that are not a guest's: all but the
 * public one, which knows no total quantum.
 */
int shares_kept(void);

/* Start the thread that gives; before the first machine.  A sentence on error, else null. */
const char *shares_start(void);

/* Thread @n of @v could run and has no time. */
void shares_want(struct vm *v, L4_Word_t n);

/*
 * Thread @n of @v, one of its wedge's own, has used up its total quantum; it is given another.
 * False: it is none of those.
 */
int shares_spent(struct vm *v, L4_Word_t n);

/* @v is ending. */
void shares_forget(struct vm *v);

/* The giving thread could not be told yet that somebody wants; tell it. */
int shares_is_pending(void);
void shares_tell(void);

/* How long @v has stood in line, in microseconds. */
unsigned long long shares_waited(const struct vm *v);

#endif /* RESOURCEMON_SHARES_H */
