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

/* Start the thread that gives; before the first machine.  A sentence on error, else null. */
const char *shares_start(void);

/* Thread @n of @v could run and has no time. */
void shares_want(struct vm *v, L4_Word_t n);

/* @v is ending. */
void shares_forget(struct vm *v);

/* The giving thread could not be told yet that somebody wants; tell it. */
int shares_is_pending(void);
void shares_tell(void);

/* How long @v has stood in line, in microseconds. */
unsigned long long shares_waited(const struct vm *v);

#endif /* RESOURCEMON_SHARES_H */
