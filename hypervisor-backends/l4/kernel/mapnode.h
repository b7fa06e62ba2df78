/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nodes of the mapping database, for the files it consists of: mapdb.c has every case,
 * mappage.c the usual ones.
 */
#ifndef L4K_MAPNODE_H
#define L4K_MAPNODE_H

#include "mapdb.h"
#include "memory.h"

#define NODE_LARGE   BIT(0)
#define NODE_SEEN_R  BIT(1)
#define NODE_SEEN_W  BIT(2)
#define NODE_ADDRESS PTE_FRAME

static inline bool is_large(const struct mapping *m)
{
        return m->address & NODE_LARGE;
}

static inline void tree_add(struct mapping *parent, struct mapping *m)
{
        m->parent = parent;
        m->prev = NULL;
        m->next = parent ? parent->child : NULL;
        if (m->next)
                m->next->prev = m;
        if (parent)
                parent->child = m;
}

static inline void tree_remove(struct mapping *m)
{
        if (m->prev)
                m->prev->next = m->next;
        else if (m->parent)
                m->parent->child = m->next;
        if (m->next)
                m->next->prev = m->prev;
        m->parent = m->next = m->prev = NULL;
}

/* Mark the nodes from `m` up to but excluding `end` (NULL: the root). */
static inline void mark_seen(struct mapping *m, const struct mapping *end, u32 bits)
{
        /* cppcheck-suppress ctunullpointer ; without a node there are no bits */
        for (; bits && m != end; m = m->parent)
                m->address |= bits;
}

/* The entry of a 4 MB page's first 4 KB. */
static inline u32 small_pte(u32 pde)
{
        u32 pte = pde & ~(PTE_LARGE | PDE_PAT);

        return pde & PDE_PAT ? pte | PTE_PAT : pte;
}

#endif
