/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configure switches of one kernel build.  Each is 0 or 1, given with -D
 * by local.mk; code asks `if (X_...)` and the compiler drops what is off, so
 * every line is compiled in every build and there are no #ifdef forests.
 * With all of them 0 the kernel is the baseline: L4 X.2 as published.
 */
#ifndef L4K_CONFIG_H
#define L4K_CONFIG_H

#ifndef X_CTRLXFER
#define X_CTRLXFER 0 /* control transfer items: ctrlxfer.c (thesis 3.2) */
#endif
#ifndef X_XPF
#define X_XPF 0 /* register state in page-fault messages (thesis 3.5) */
#endif
#ifndef X_PREEMPT_MSG
#define X_PREEMPT_MSG 0 /* preemption messages: schedule.c (thesis 3.3) */
#endif
#ifndef X_ZERO_SLICE
#define X_ZERO_SLICE 0 /* time slices of zero (thesis 3.4) */
#endif
#ifndef X_LIMITS
#define X_LIMITS 0 /* per-thread limits: limits.c (thesis 3.1) */
#endif
#ifndef X_REDIRECT
#define X_REDIRECT 0 /* L4 calls of limited threads become exceptions */
#endif
#ifndef X_TLS
#define X_TLS 0 /* per-thread GDT entries: tls.c */
#endif
#ifndef X_DEBUG
#define X_DEBUG 0 /* per-thread breakpoints: debug.c */
#endif
#ifndef X_SMALL_SPACES
#define X_SMALL_SPACES 0 /* several spaces behind one page directory: smallspace.c */
#endif

/* Threads whose segments end below the top of the address space: bounds.c. */
#define X_BOUNDS (X_LIMITS || X_SMALL_SPACES)

/* What a user may put into another thread's EFLAGS (l4/abi.h). */
#define FLAGS_SETTABLE (L4_EFLAGS_SETTABLE | X_DEBUG * L4_EFLAGS_RF)

#endif
