/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread limits (thesis 3.1, 4.4, A.3): a thread reaches only addresses up to
 * 4096 * (limit + 1) - 1, by the limits of the user segments (bounds.c).
 */
#include "ext.h"
#include "x86.h"

#define LIMIT_NONE 0xFFFFFFFFu
#define LIMIT_MOST ((USER_TOP >> PAGE_BITS) - 1)

bool limits_set(struct tcb *t, u32 limit, bool permit)
{
        if (limit != LIMIT_NONE && limit > LIMIT_MOST)
                return false;
        t->limited = limit != LIMIT_NONE;
        t->limit = limit;
        t->closed = X_REDIRECT && !permit;
        bounds_update(t);
        return true;
}
