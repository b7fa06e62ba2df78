/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating point and SSE registers, switched when they are used.
 */
#ifndef L4K_FPU_H
#define L4K_FPU_H

#include "tcb.h"

void fpu_init(void);
/* A switch to this thread is about to happen: arm the trap as needed. */
void fpu_switch(struct tcb *to);
/* #NM: the running thread uses the unit.  False: no memory for its state. */
bool fpu_use(struct tcb *self);
void fpu_drop(struct tcb *t);
/* Make sure t has saved state, clean if it never used the unit; false: no memory. */
bool fpu_prepare(struct tcb *t);
/* Bring t's registers into t->fpu (FXSAVE format), to be read; NULL if it has none. */
void *fpu_read(struct tcb *t);
/* The same, to be changed: they are loaded from there at their next use. */
void *fpu_state(struct tcb *t);
/*
 * May t have other registers than when this was last asked, or its state last set?  The running
 * thread may.
 */
bool fpu_changed(struct tcb *t);

#endif
