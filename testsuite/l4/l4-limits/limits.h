/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checks of l4-limits share.
 */
#ifndef L4_LIMITS_H
#define L4_LIMITS_H

#include "../../../hypervisor-backends/l4/apps/common/task.h"

/* Does the processor check segment limits?  Known after the first checks. */
extern int limits_are_checked;

void check(int holds, const char *name);
/* The same for what only segment limits can show; skipped where there are none. */
void check_limits(int holds, const char *name);

/* small.c: small spaces. */
void small_spaces(void);

#endif
