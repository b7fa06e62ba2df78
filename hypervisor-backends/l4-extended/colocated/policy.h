/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this layout can be run without, to measure what it is worth (afterburn/without.h): all
 * questions about it are asked here.  Limits are the resource monitor's (make_application()).
 */
#ifndef L4X_COLOCATED_POLICY_H
#define L4X_COLOCATED_POLICY_H

#include <afterburn/without.h>
#include "l4vm.h"

static inline bool co_has(enum ab_without part)
{
        return !(VM->without & 1u << part);
}

/* A space that is forgotten is emptied; else space and threads are made anew. */
static inline bool co_recycles(void)
{
        return co_has(AB_WITHOUT_RECYCLING);
}

/* Applications get a general protection fault at the limit. */
static inline bool co_limits(void)
{
        return co_has(AB_WITHOUT_LIMITS);
}

/* An application that is preempted tells its kernel thread; else the pager makes it fault. */
static inline bool co_hears_preemptions(void)
{
        return co_has(AB_WITHOUT_PREEMPTION);
}

/* The front end compares at a flush of the guest's; else the space is emptied (the thesis' 6.2). */
static inline bool co_compares(void)
{
        return co_has(AB_WITHOUT_INVALIDATION);
}

/* The interrupt thread is in the master space; else a task of its own in a small one. */
static inline bool co_has_master(void)
{
        return co_has(AB_WITHOUT_MASTER);
}

/* Messages map what lies around too, and 4 MB pages; else every one maps one page. */
static inline bool co_maps_in_bulk(void)
{
        return co_has(AB_WITHOUT_BULK);
}

#endif
